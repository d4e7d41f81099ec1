import { describe, expect, it } from 'vitest'
import { LogSignal } from '../../../src/bus/postgresLog/logSignal.js'

const never = new AbortController().signal

describe('log signal', () => {
  it('wakes everyone who waits', async () => {
    const signal = new LogSignal()
    const waits = [signal.wait(signal.rings, 10_000, never), signal.wait(signal.rings, 10_000, never)]
    signal.notify()
    await expect(Promise.all(waits)).resolves.toEqual([true, true])
  })

  it('does not miss a ring between the look and the wait', async () => {
    const signal = new LogSignal()
    const seen = signal.rings
    signal.notify()
    await expect(signal.wait(seen, 10_000, never)).resolves.toBe(true)
  })

  it('gives up after its time, and at once when it is no longer wanted', async () => {
    const signal = new LogSignal()
    await expect(signal.wait(signal.rings, 5, never)).resolves.toBe(false)
    await expect(signal.wait(signal.rings, 10_000, AbortSignal.abort())).resolves.toBe(false)
    const stop = new AbortController()
    const waiting = signal.wait(signal.rings, 10_000, stop.signal)
    stop.abort()
    await expect(waiting).resolves.toBe(false)
  })
})

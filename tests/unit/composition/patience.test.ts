import { pino } from 'pino'
import { describe, expect, it, vi } from 'vitest'
import { DependencyMissing, whenReachable } from '../../../src/composition/patience.js'

const logger = pino({ level: 'silent' })
const runs = new AbortController().signal

class Unreachable extends Error {
  readonly retryable = true
}

function dependency(open: () => Promise<string>) {
  return { name: 'Kafka', variable: 'KAFKA_BROKERS', open }
}

describe('whenReachable', () => {
  it('tries again until the server answers', async () => {
    const open = vi
      .fn<() => Promise<string>>()
      .mockRejectedValueOnce(new Unreachable('refused'))
      .mockRejectedValueOnce(new Unreachable('refused'))
      .mockResolvedValue('open')
    expect(await whenReachable(dependency(open), { logger, stopRequested: runs })).toBe('open')
    expect(open).toHaveBeenCalledTimes(3)
  })

  it('gives up with a sentence that names the variable and the reason', async () => {
    const refused = () => Promise.reject(new Unreachable('wrapped', { cause: new Error('ECONNREFUSED') }))
    const opening = whenReachable(dependency(refused), { logger, stopRequested: runs, patienceMs: 300 })
    await expect(opening).rejects.toThrow(DependencyMissing)
    await expect(opening).rejects.toThrow(/^KAFKA_BROKERS: expected Kafka to answer.*ECONNREFUSED/)
  })

  it('says at once what no waiting would mend', async () => {
    const open = vi.fn(() => Promise.reject(new Error('another installation')))
    await expect(whenReachable(dependency(open), { logger, stopRequested: runs })).rejects.toThrow(
      'another installation',
    )
    expect(open).toHaveBeenCalledTimes(1)
  })

  it('is called off by a request to stop, in the middle of a pause', async () => {
    const stop = new AbortController()
    const open = vi.fn(() => Promise.reject(new Unreachable('refused')))
    const opening = whenReachable(dependency(open), { logger, stopRequested: stop.signal })
    await vi.waitFor(() => expect(open).toHaveBeenCalled())
    stop.abort()
    await expect(opening).rejects.toBe(stop.signal.reason)
  })
})

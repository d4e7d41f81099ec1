import { afterEach, describe, expect, it } from 'vitest'
import { ServerClock } from '../../../src/telemetry/serverClock.js'
import { eventually } from '../../support/eventually.js'

let clock: ServerClock | undefined
afterEach(() => clock?.stop())

describe('the clock of a server', () => {
  it('is counted on from its answer, whatever the clock here says', async () => {
    const there = Date.parse('2031-05-06T07:08:09.000Z')
    clock = new ServerClock(async () => new Date(there))
    expect(clock.now()).toBeUndefined()
    const now = await eventually(() => clock?.now())
    expect(now).toBeGreaterThanOrEqual(there - 1)
    expect(now).toBeLessThan(there + 5_000)
  })

  it('is asked again soon while nobody has answered', async () => {
    const answers = [() => Promise.reject(new Error('starting')), async () => new Date(0)]
    clock = new ServerClock(() => answers.shift()?.() ?? Promise.reject(new Error('asked too often')))
    expect(await eventually(() => clock?.now())).toBeLessThan(60_000)
  })
})

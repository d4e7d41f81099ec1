import { afterEach, beforeEach, expect, it } from 'vitest'
import { eventually } from '../../support/eventually.js'
import { type Measured, measuredInTest } from '../../support/measured.js'

let measured: Measured
beforeEach(() => {
  measured = measuredInTest()
})
afterEach(() => measured[Symbol.asyncDispose]())

const longestDelay = () => measured.value('nodejs_eventloop_delay_max_seconds')

it('a delay of the event loop is told to everyone who looks, not to the first alone', async () => {
  await eventually(async () => (await longestDelay()) !== undefined)
  const until = performance.now() + 150
  while (performance.now() < until);
  await eventually(async () => ((await longestDelay()) ?? 0) > 0.1)
  expect(await longestDelay()).toBeGreaterThan(0.1)
})

import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { ReportedProgress } from '../../../src/read/index.js'
import { startTestGateway, type TestGateway } from '../../support/gatewayDoubles.js'

const PROGRESS: ReportedProgress = {
  projection: 'orders',
  lagEvents: 0,
  lagSeconds: 0,
  quarantinedStreams: 0,
  reportedAt: '2026-03-01T09:30:00.000Z',
  silentSeconds: 1,
}

let board: readonly ReportedProgress[] = []
let gateway: TestGateway
beforeEach(async () => {
  gateway = await startTestGateway({ status: { read: () => Promise.resolve(board) } })
})
afterEach(async () => {
  vi.useRealTimers()
  await gateway.stop(0)
})

async function isHealthy(replaced: Partial<ReportedProgress>): Promise<unknown> {
  board = [{ ...PROGRESS, ...replaced }]
  const answer = await fetch(gateway.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ projections { healthy } }' }),
  })
  const { data } = (await answer.json()) as { data: { projections: readonly { healthy: boolean }[] } }
  return data.projections[0]?.healthy
}

test.each<[string, boolean, Partial<ReportedProgress>]>([
  ['was heard from, is up to date and has parked nothing', true, {}],
  ['was not heard from for half a minute', false, { silentSeconds: 31 }],
  ['is a minute behind', false, { lagSeconds: 60 }],
  ['has parked a stream', false, { quarantinedStreams: 1 }],
])('a projection that %s: healthy is %s', async (_, healthy, replaced) => {
  expect(await isHealthy(replaced)).toBe(healthy)
})

test("the gateway's own clock has no say in it", async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2031-01-01') })
  expect(await isHealthy({})).toBe(true)
})

import { afterEach, expect, test } from 'vitest'
import type { AskOutcome, ParkedStream, ReadSide } from '../../../src/read/index.js'
import { postOperation } from '../../support/client.js'
import { startTestGateway, type TestGateway } from '../../support/gatewayDoubles.js'

const ROW: ParkedStream = {
  projection: 'orders',
  streamId: 'order-1',
  failedVersion: 4,
  lastSkipped: 6,
  eventType: 'OrderConfirmed',
  eventPosition: '1:740:12',
  error: 'UndecodableEvent: too new',
  attempts: 3,
  parkedAt: '2026-03-01T09:30:00.123Z',
  request: null,
}

let gateway: TestGateway
afterEach(() => gateway.stop(0))

async function ask(quarantine: Partial<ReadSide['quarantine']>, query: string) {
  gateway = await startTestGateway({ quarantine })
  return (await postOperation(gateway.url, { query })).body
}

test('quarantinedStreams tells of every row what an operator asks', async () => {
  const request = { id: 'a', kind: 'release', askedAt: ROW.parkedAt, taken: null } as const
  const rows = [ROW, { ...ROW, projection: 'orderTimelines' as const, eventPosition: '', request }]
  const fields =
    'projection streamId failedVersion eventType eventPosition error attempts quarantinedAt lastSkipped request'
  const { data } = await ask({ list: async () => rows }, `{ quarantinedStreams { ${fields} } }`)
  const told = {
    projection: 'orders',
    streamId: 'order-1',
    failedVersion: 4,
    eventType: 'OrderConfirmed',
    eventPosition: '1:740:12',
    error: 'UndecodableEvent: too new',
    attempts: 3,
    quarantinedAt: '2026-03-01T09:30:00.123Z',
    lastSkipped: 6,
    request: null,
  }
  expect(data?.quarantinedStreams).toEqual([
    told,
    { ...told, projection: 'orderTimelines', eventPosition: null, request: 'RELEASE' },
  ])
})

test('quarantinedStreams gives one stream, and no more than are asked for', async () => {
  const rows = Array.from({ length: 3 }, () => ROW)
  const { data } = await ask(
    { find: async (streamId) => (streamId === 'order-1' ? [ROW] : []), list: async () => rows },
    '{ one: quarantinedStreams(streamId: "order-1") { streamId } none: quarantinedStreams(streamId: "order-2") { streamId } two: quarantinedStreams(first: 2) { streamId } }',
  )
  expect(data).toEqual({
    one: [{ streamId: 'order-1' }],
    none: [],
    two: [{ streamId: 'order-1' }, { streamId: 'order-1' }],
  })
})

test.each<[AskOutcome, unknown]>([
  [{ kind: 'released' }, { outcome: 'RELEASED', streams: [], userErrors: [] }],
  [
    { kind: 'still-parked', rows: [ROW] },
    { outcome: 'STILL_QUARANTINED', streams: [{ attempts: 3 }], userErrors: [] },
  ],
  [
    { kind: 'asked', rows: [ROW] },
    { outcome: 'REQUESTED', streams: [{ attempts: 3 }], userErrors: [] },
  ],
  [{ kind: 'not-parked' }, { outcome: null, streams: [], userErrors: [{ code: 'STREAM_NOT_QUARANTINED' }] }],
])('asking for a retry that ends with %j', async (outcome, payload) => {
  const asked: unknown[] = []
  const { data } = await ask(
    {
      ask: async (streamId, kind, { timeoutMs }) => {
        asked.push([streamId, kind, timeoutMs])
        return outcome
      },
    },
    'mutation { retryQuarantinedStream(streamId: "order-1", timeoutMs: 7) { outcome streams { attempts } userErrors { code } } }',
  )
  expect(data?.retryQuarantinedStream).toEqual(payload)
  expect(asked).toEqual([['order-1', 'retry', 7]])
})

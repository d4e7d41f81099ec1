import { pino } from 'pino'
import { afterEach, expect, it, vi } from 'vitest'
import { PassedOver } from '../../../../src/bus/kafka/passedOver.js'

afterEach(() => {
  vi.useRealTimers()
})

it('tells of messages that are passed over once a minute for each kind, and how many there were', () => {
  vi.useFakeTimers({ toFake: ['performance'] })
  const lines: { readonly offset: number; readonly messages: number; readonly installationId?: string }[] = []
  const passedOver = new PassedOver(pino({}, { write: (line: string) => lines.push(JSON.parse(line)) }))
  const place = (offset: number) => ({ topic: 'order-events', partition: 0, offset })
  for (const offset of [1, 2, 3]) passedOver.tell({ kind: 'foreign', installationId: 'theirs' }, place(offset))
  passedOver.tell({ kind: 'unreadable' }, place(4))
  vi.advanceTimersByTime(60_000)
  passedOver.tell({ kind: 'foreign', installationId: 'theirs' }, place(5))
  passedOver.tell({ kind: 'foreign', installationId: 'theirs' }, place(6))
  expect(lines.map(({ offset, messages, installationId }) => [offset, messages, installationId])).toEqual([
    [1, 1, 'theirs'],
    [4, 1, undefined],
    [5, 3, 'theirs'],
  ])
})

import type { Offsets } from 'kafkajs'
import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import { Tenure } from '../../../../src/bus/kafka/tenure.js'
import type { EventEnvelope } from '../../../../src/contract/eventEnvelope.js'

const EVENT = { position: { era: 1, transactionId: '7', position: '40' } } as EventEnvelope

function arrival(offset: number, event?: EventEnvelope) {
  return { topic: 'order-events', partition: 0, offset, event }
}

describe('tenure', () => {
  it('INV-10 COMMIT-AFTER-WRITE: commits no message that is passed over before the slice in front of it is done', async () => {
    const committed: string[] = []
    const tenure = new Tenure(1, pino({ level: 'silent' }))
    tenure.commitBy(async (offsets) => {
      for (const { partitions } of (offsets as Offsets).topics)
        committed.push(...partitions.map(({ offset }) => offset))
    })
    const slice = { events: [EVENT] }
    const reach = tenure.handOut(slice, [arrival(0, EVENT)])
    tenure.passOver([arrival(1)])
    await tenure.offsets.flush()
    expect(committed).toEqual([])
    tenure.done(slice, reach)
    await tenure.offsets.flush()
    expect(committed).toEqual(['2'])
    tenure.passOver([arrival(2)])
    await tenure.offsets.flush()
    expect(committed).toEqual(['2', '3'])
    tenure.offsets.abandon()
  })
})

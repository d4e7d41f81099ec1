import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ParkedStream, ParkedStreams } from '../../src/read/parkedStreams.js'

export interface OpenedParkedStreams {
  readonly parked: ParkedStreams
  close(): Promise<void>
}

/** What every quarantine does. open: a new one, empty. */
export function describeParkedStreams(name: string, open: () => Promise<OpenedParkedStreams>): void {
  describe(`${name} as the quarantine`, () => {
    let opened: OpenedParkedStreams
    let parked: ParkedStreams

    beforeAll(async () => {
      opened = await open()
      parked = opened.parked
    })
    afterAll(() => opened.close())

    it('keeps what was parked, each projection of a stream for itself', async () => {
      const order = parkedStream('order-kept')
      const timeline = { ...order, projection: 'orderTimelines' as const }
      await parked.park(order)
      await parked.park(timeline)
      await parked.park(parkedStream('order-other'))
      expect(await parked.find(['order-kept', 'order-fine'])).toEqual(expect.arrayContaining([order, timeline]))
      expect(await parked.find(['order-kept', 'order-fine'])).toHaveLength(2)
      expect(await parked.find([])).toEqual([])
      expect(await parked.list()).toHaveLength(3)
    })

    it('only ever raises the last version passed over, also when the stream is parked again', async () => {
      const stream = parkedStream('order-raised')
      await parked.park(stream)
      await parked.raiseLastSkipped('orders', stream.streamId, 9)
      await parked.raiseLastSkipped('orders', stream.streamId, 7)
      await parked.park(stream)
      expect((await parked.find([stream.streamId]))[0]?.lastSkipped).toBe(9)
    })

    it('lets go of a stream only if nothing was passed over since the look', async () => {
      const stream = parkedStream('order-released')
      await parked.park(stream)
      await parked.raiseLastSkipped('orders', stream.streamId, 5)
      expect(await parked.remove('orders', stream.streamId, 4)).toBe(false)
      expect(await parked.remove('orderTimelines', stream.streamId, 5)).toBe(false)
      expect(await parked.remove('orders', stream.streamId, 5)).toBe(true)
      expect(await parked.remove('orders', stream.streamId, 5)).toBe(false)
      expect(await parked.find([stream.streamId])).toEqual([])
    })
  })
}

function parkedStream(streamId: string): ParkedStream {
  return {
    projection: 'orders',
    streamId,
    failedVersion: 4,
    lastSkipped: 4,
    eventType: 'OrderConfirmed',
    error: 'unknown event type',
    attempts: 3,
    parkedAt: '2026-03-01T09:30:00.123Z',
  }
}

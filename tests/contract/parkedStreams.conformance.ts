import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { NewlyParked, ParkedStreams, ReleaseRequest } from '../../src/read/parkedStreams.js'

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
      expect(await parked.find(['order-kept', 'order-fine'])).toEqual(
        expect.arrayContaining([
          { ...order, request: null },
          { ...timeline, request: null },
        ]),
      )
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

    it('counts the tries at one event together, since it was first parked, and keeps the earlier of two events', async () => {
      const stream = parkedStream('order-tried')
      await parked.park(stream)
      await parked.park({ ...stream, error: 'still unknown', parkedAt: '2026-03-02T09:30:00.000Z' })
      const row = { ...stream, error: 'still unknown', attempts: 6, request: null }
      expect(await parked.find([stream.streamId])).toEqual([row])
      await parked.park({ ...stream, failedVersion: 5, lastSkipped: 5, eventType: 'OrderShipped' })
      expect(await parked.find([stream.streamId])).toEqual([{ ...row, lastSkipped: 5 }])
    })

    it('moves to a later event once everything in front of it is applied', async () => {
      const stream = parkedStream('order-moved')
      await parked.park({ ...stream, lastSkipped: 8 })
      const later = { ...stream, failedVersion: 6, lastSkipped: 6, eventType: 'OrderShipped', error: 'another' }
      await parked.parkAgain(later)
      expect(await parked.find([stream.streamId])).toEqual([{ ...later, lastSkipped: 8, request: null }])
    })

    it('keeps what an operator has asked for, whatever else happens, and changes it for who knows it alone', async () => {
      const stream = parkedStream('order-asked')
      const asked: ReleaseRequest = { id: 'a', kind: 'retry', askedAt: '2026-03-02T09:30:00.000Z', taken: null }
      const taken = { ...asked, taken: { by: 'projector', at: '2026-03-02T09:30:01.000Z' } }
      expect(await parked.changeRequest(stream, null, asked)).toBe(false)
      await parked.park(stream)
      expect(await parked.changeRequest(stream, null, asked)).toBe(true)
      expect(await parked.changeRequest(stream, null, { ...asked, id: 'b' })).toBe(false)
      await parked.park(stream)
      await parked.parkAgain(stream)
      await parked.raiseLastSkipped('orders', stream.streamId, 9)
      expect(await parked.find([stream.streamId])).toMatchObject([{ request: asked, lastSkipped: 9 }])
      expect(await parked.changeRequest(stream, asked, taken)).toBe(true)
      expect(await parked.changeRequest(stream, asked, taken)).toBe(false)
      expect(await parked.changeRequest(stream, taken, null)).toBe(true)
      expect(await parked.find([stream.streamId])).toMatchObject([{ request: null }])
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

function parkedStream(streamId: string): NewlyParked {
  return {
    projection: 'orders',
    streamId,
    failedVersion: 4,
    lastSkipped: 4,
    eventType: 'OrderConfirmed',
    eventPosition: '1:740:12',
    error: 'unknown event type',
    attempts: 3,
    parkedAt: '2026-03-01T09:30:00.123Z',
  }
}

import type { Offsets } from 'kafkajs'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Arrival } from '../../../../src/bus/kafka/arrivals.js'
import { OffsetWriter } from '../../../../src/bus/kafka/offsetWriter.js'
import type { EventEnvelope } from '../../../../src/contract/eventEnvelope.js'

const logger = pino({ level: 'silent' })

function arrival(partition: number, offset: number, position?: number): Arrival {
  const at = { era: 1, transactionId: '7', position: String(position) }
  return {
    topic: 'order-events',
    partition,
    offset,
    event: position === undefined ? undefined : ({ position: at } as EventEnvelope),
  }
}

function committing(partition: number, offset: string, metadata?: string): Offsets {
  return { topics: [{ topic: 'order-events', partitions: [{ partition, offset, ...(metadata && { metadata }) }] }] }
}

describe('offset writer', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('commits the newest offset that was reached, once an interval, with the position in the log that it stands for', async () => {
    const commit = vi.fn<(offsets: Offsets) => Promise<void>>(() => Promise.resolve())
    const writer = new OffsetWriter(commit, logger)
    writer.advance([arrival(0, 4, 40), arrival(0, 5, 50)])
    writer.advance([arrival(0, 3, 30)])
    await vi.advanceTimersByTimeAsync(100)
    expect(commit.mock.calls).toEqual([[committing(0, '6', '1:7:50')]])
    await vi.advanceTimersByTimeAsync(1_000)
    expect(commit).toHaveBeenCalledOnce()
  })

  it('commits what was passed over as well, with the position before it', async () => {
    const commit = vi.fn<(offsets: Offsets) => Promise<void>>(() => Promise.resolve())
    const writer = new OffsetWriter(commit, logger)
    writer.advance([arrival(0, 0)])
    await writer.flush()
    writer.advance([arrival(0, 1, 10), arrival(0, 2)])
    await writer.flush()
    expect(commit.mock.calls).toEqual([[committing(0, '1')], [committing(0, '3', '1:7:10')]])
  })

  it('commits again what could not be committed, without waiting for more events', async () => {
    const commit = vi.fn<(offsets: Offsets) => Promise<void>>(() => Promise.resolve())
    commit.mockRejectedValueOnce(new Error('away'))
    const writer = new OffsetWriter(commit, logger)
    writer.advance([arrival(0, 0, 1), arrival(0, 1, 2)])
    await vi.advanceTimersByTimeAsync(80)
    expect(writer.unwrittenEvents).toBe(2)
    await vi.advanceTimersByTimeAsync(80)
    expect(commit).toHaveBeenCalledTimes(2)
    expect(writer.unwrittenEvents).toBe(0)
  })

  it('commits nothing once others have the partitions', async () => {
    const commit = vi.fn<(offsets: Offsets) => Promise<void>>(() => Promise.resolve())
    const writer = new OffsetWriter(commit, logger)
    writer.advance([arrival(0, 0, 1)])
    writer.abandon()
    writer.advance([arrival(0, 1, 2)])
    await vi.advanceTimersByTimeAsync(1_000)
    await writer.flush()
    expect(commit).not.toHaveBeenCalled()
  })
})

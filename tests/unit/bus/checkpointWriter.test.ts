import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { CheckpointWriter } from '../../../src/bus/postgresLog/checkpointWriter.js'
import type { GlobalPosition } from '../../../src/contract/globalPosition.js'
import { START_OF_LOG } from '../../../src/contract/globalPosition.js'
import { MemoryCheckpoints } from '../../support/memory/memoryCheckpoints.js'

const logger = pino({ level: 'silent' })
const at = (position: number): GlobalPosition => ({
  era: 1,
  transactionId: String(position),
  position: String(position),
})

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('checkpoint writer', () => {
  it('writes the newest of what was reached, once an interval', async () => {
    const store = new MemoryCheckpoints()
    const writer = new CheckpointWriter(store, 'group', START_OF_LOG, logger)
    for (const position of [1, 2, 9, 10, 3]) writer.advance(at(position), 1)
    await vi.advanceTimersByTimeAsync(100)
    expect(store.history('group')).toEqual([at(10)])
    await vi.advanceTimersByTimeAsync(1_000)
    expect(store.history('group')).toEqual([at(10)])
  })

  it('counts the events that would be handed out again', async () => {
    const store = new MemoryCheckpoints()
    const writer = new CheckpointWriter(store, 'group', START_OF_LOG, logger)
    writer.advance(at(5), 5)
    writer.advance(at(5), 5)
    vi.spyOn(store, 'save').mockImplementationOnce(() => {
      writer.advance(at(7), 2)
      return Promise.resolve(true)
    })
    await writer.flush()
    expect(writer.unwrittenEvents).toBe(2)
    await writer.close()
  })

  it('tries a write again that failed, also while nothing more happens', async () => {
    const store = new MemoryCheckpoints()
    const writer = new CheckpointWriter(store, 'group', START_OF_LOG, logger)
    vi.spyOn(store, 'save').mockRejectedValueOnce(new Error('no connection'))
    writer.advance(at(5), 1)
    await vi.advanceTimersByTimeAsync(1_000)
    expect(store.history('group')).toEqual([at(5)])
    expect(writer.unwrittenEvents).toBe(0)
  })

  it('writes what is left when it is closed', async () => {
    const store = new MemoryCheckpoints()
    const writer = new CheckpointWriter(store, 'group', START_OF_LOG, logger)
    writer.advance(at(5), 1)
    await writer.close()
    expect(store.history('group')).toEqual([at(5)])
  })

  it('INV-5 CHECKPOINT: one that was overtaken without knowing it moves nothing, neither back nor forward', async () => {
    const store = new MemoryCheckpoints()
    const sleeper = new CheckpointWriter(store, 'group', START_OF_LOG, logger)
    const successor = new CheckpointWriter(store, 'group', START_OF_LOG, logger)
    successor.advance(at(5), 1)
    await successor.close()
    sleeper.advance(at(3), 1)
    await vi.advanceTimersByTimeAsync(100)
    expect(sleeper.overtaken).toBe(true)
    sleeper.advance(at(8), 1)
    await sleeper.close()
    expect(store.history('group')).toEqual([at(5)])
  })

  it('goes on after a write that failed', async () => {
    const store = new MemoryCheckpoints()
    const writer = new CheckpointWriter(store, 'group', START_OF_LOG, logger)
    const save = vi.spyOn(store, 'save').mockRejectedValueOnce(new Error('away'))
    writer.advance(at(1), 1)
    await vi.advanceTimersByTimeAsync(100)
    expect(save).toHaveBeenCalledOnce()
    writer.advance(at(2), 1)
    await vi.advanceTimersByTimeAsync(100)
    expect(store.history('group')).toEqual([at(2)])
  })
})

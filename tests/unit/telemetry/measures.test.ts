import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { EventBus, EventSlice } from '../../../src/bus/eventBus.js'
import { measuredBus } from '../../../src/bus/measuredBus.js'
import { measuredPublisher } from '../../../src/bus/measuredPublisher.js'
import { type CacheInstant, CacheUnavailable } from '../../../src/read/cache/documentCache.js'
import { measuredCache } from '../../../src/read/cache/measuredCache.js'
import { NO_DOCUMENT_CACHE } from '../../../src/read/cache/noDocumentCache.js'
import { measuredStatus } from '../../../src/read/measuredStatus.js'
import type { AppendRequest, AppendResult } from '../../../src/write/eventStore/eventStore.js'
import { LogUnavailable } from '../../../src/write/eventStore/eventStore.js'
import { measuredConflicts, measuredGroups } from '../../../src/write/eventStore/measuredAppends.js'
import type { CommandContext, CommandHandlers, OrderRequest } from '../../../src/write/index.js'
import { measuredHandlers } from '../../../src/write/measuredHandlers.js'
import { type Measured, measuredInTest } from '../../support/measured.js'
import { orderDocument } from '../../support/sampleDocuments.js'

let measured: Measured
beforeEach(() => {
  measured = measuredInTest()
})
afterEach(() => measured[Symbol.asyncDispose]())

const unused = () => {
  throw new Error('The test did not expect this call.')
}

describe('measured commands', () => {
  const request: OrderRequest = { type: 'ConfirmOrder', orderId: 'o1' }
  const counted = (outcome: string) =>
    measured.value('order_gateway_commands_total', {
      order_gateway_command: 'ConfirmOrder',
      order_gateway_outcome: outcome,
    })
  const handlersAnswering = (answer: () => unknown): CommandHandlers =>
    measuredHandlers({ order: async () => answer() as never, customer: unused, product: unused }, measured.instruments)

  it('are counted by type and outcome, with how long they took', async () => {
    const outcomes = [
      { kind: 'accepted', duplicate: false },
      { kind: 'accepted', duplicate: true },
      { kind: 'refused', code: 'VERSION_CONFLICT' },
    ]
    const handlers = handlersAnswering(() => outcomes.shift())
    for (const expected of [...outcomes]) {
      expect(await handlers.order(request, {} as CommandContext)).toBe(expected)
    }
    expect(await counted('accepted')).toBe(1)
    expect(await counted('duplicate')).toBe(1)
    expect(await counted('VERSION_CONFLICT')).toBe(1)
    expect(await measured.value('order_gateway_command_duration_seconds_count')).toBe(3)
  })

  it('that fail are counted too, and fail as they did', async () => {
    const unavailable = new LogUnavailable('gone')
    await expect(
      handlersAnswering(() => {
        throw unavailable
      }).order(request, {} as CommandContext),
    ).rejects.toBe(unavailable)
    expect(await counted('UNAVAILABLE')).toBe(1)
  })
})

describe('measured appends', () => {
  it('tell the size of groups and their failures', async () => {
    const answers = [new Map([['a', new Date()]]), new Error('deadlock')]
    const append = measuredGroups(async () => {
      const answer = answers.shift()
      if (!answer || answer instanceof Error) throw answer
      return answer
    }, measured.instruments)
    const group = [{}, {}, {}] as AppendRequest[]
    expect(await measured.value('order_gateway_append_group_failures_total')).toBe(0)
    await append({} as never, group)
    await expect(append({} as never, group)).rejects.toThrow('deadlock')
    expect(await measured.value('order_gateway_append_group_size_sum')).toBe(6)
    expect(await measured.value('order_gateway_append_group_size_bucket', { le: '4' })).toBe(2)
    expect(await measured.value('order_gateway_append_group_size_bucket', { le: '2' })).toBe(0)
    expect(await measured.value('order_gateway_append_group_failures_total')).toBe(1)
  })

  it('tell conflicts, and as retries the appends of the same command that follow', async () => {
    const results: AppendResult[] = [
      { kind: 'conflict' },
      { kind: 'conflict' },
      { kind: 'appended', recordedAt: '2026-01-01T00:00:00.000Z' },
    ]
    const store = measuredConflicts(
      {
        append: async () => results.shift() ?? { kind: 'conflict' },
        load: unused,
        findByCommand: unused,
        readStream: unused,
      },
      measured.instruments,
    )
    const retried = { eventId: 'one' } as AppendRequest
    for (let tries = 1; tries <= 3; tries++) await store.append(retried)
    await store.append({ eventId: 'given up' } as AppendRequest)
    expect(await measured.value('order_gateway_append_conflicts_total')).toBe(3)
    expect(await measured.value('order_gateway_append_retries_total')).toBe(2)
  })
})

describe('a measured bus', () => {
  it('counts events when they are committed, and nothing before', async () => {
    const slice: EventSlice = { events: [{}, {}] as never }
    const bus = measuredBus(
      {
        subscribe: async () => ({
          active: true,
          outForMs: 0,
          next: async () => slice,
          holds: (each) => each === slice,
          commit: async () => undefined,
          close: async () => undefined,
        }),
      } as Partial<EventBus> as EventBus,
      measured.instruments,
    )
    const consumer = await bus.subscribe('group')
    const taken = await consumer.next(10, new AbortController().signal)
    if (!taken) throw new Error('Expected a slice.')
    expect(consumer.active && consumer.holds(taken)).toBe(true)
    expect(await measured.value('order_gateway_projection_events_total')).toBe(0)
    await consumer.commit(taken)
    await consumer.commit(taken)
    expect(await measured.value('order_gateway_projection_events_total')).toBe(2)
    expect(await measured.value('order_gateway_projection_slice_duration_seconds_count')).toBe(1)
  })

  it('counts what was published, and times what was not', async () => {
    const faults = [undefined, Object.assign(new Error('no broker'), { name: 'BusUnavailable' })]
    const publisher = measuredPublisher(
      {
        destination: 'kafka/1',
        publish: async () => {
          const fault = faults.shift()
          if (fault) throw fault
        },
        close: async () => undefined,
      },
      measured.instruments,
    )
    expect(publisher.destination).toBe('kafka/1')
    await publisher.publish([{}, {}, {}] as never)
    await expect(publisher.publish([{}] as never)).rejects.toThrow('no broker')
    expect(await measured.value('order_gateway_relay_events_total')).toBe(3)
    expect(
      await measured.value('order_gateway_relay_publish_duration_seconds_count', { error_type: 'BusUnavailable' }),
    ).toBe(1)
  })
})

describe('a measured cache', () => {
  it('counts documents that were found, missed, and not to be asked for', async () => {
    const asOf: CacheInstant = { at: 0, period: '1' }
    const answers = [new Map([['o1', orderDocument('o1')]]), undefined]
    const cache = measuredCache(
      {
        ...NO_DOCUMENT_CACHE,
        get: async () => {
          const documents = answers.shift()
          if (!documents) throw new CacheUnavailable('gone')
          return { documents, asOf } as never
        },
      },
      measured.instruments,
    )
    await cache.get('orders', ['o1', 'o2', 'o3'])
    await expect(cache.get('orders', ['o1'])).rejects.toThrow(CacheUnavailable)
    const counted = (result: string) =>
      measured.value('order_gateway_cache_reads_total', {
        order_gateway_projection: 'orders',
        order_gateway_cache_result: result,
      })
    expect([await counted('hit'), await counted('miss'), await counted('unavailable')]).toEqual([1, 2, 1])
  })
})

describe('a measured status board', () => {
  it('exports what was reported last, also when the board did not take it', async () => {
    const board = measuredStatus({ report: () => Promise.reject(new Error('read only')) }, measured.instruments)
    const status = {
      projection: 'orders',
      lagEvents: 7,
      lagSeconds: 1.5,
      quarantinedStreams: 2,
      reportedAt: '',
    } as const
    expect(await measured.value('order_gateway_projection_lag_events')).toBeUndefined()
    await expect(board.report([{ ...status, lagEvents: 9 }])).rejects.toThrow('read only')
    await expect(board.report([status])).rejects.toThrow('read only')
    const labels = { order_gateway_projection: 'orders' }
    expect(await measured.value('order_gateway_projection_lag_events', labels)).toBe(7)
    expect(await measured.value('order_gateway_projection_lag_time_seconds', labels)).toBe(1.5)
    expect(await measured.value('order_gateway_projection_quarantined_streams', labels)).toBe(2)
  })
})

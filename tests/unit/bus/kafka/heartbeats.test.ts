import { EventEmitter } from 'node:events'
import type { Consumer } from 'kafkajs'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { Heartbeats } from '../../../../src/bus/kafka/heartbeats.js'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** Of a consumer only what it tells. */
function consumerThatTells() {
  const told = new EventEmitter()
  const consumer = {
    events: { REQUEST: 'request', HEARTBEAT: 'heartbeat', GROUP_JOIN: 'join' },
    on: (name: string, listener: (event: unknown) => void) => told.on(name, listener),
  } as unknown as Consumer
  return {
    consumer,
    answered: (apiName: string, sentAt: number) => told.emit('request', { payload: { apiName, sentAt } }),
    kept: (name: 'heartbeat' | 'join') => told.emit(name, { payload: {} }),
  }
}

it('counts from when the heartbeat was sent: an answer found after a pause proves nothing of the time between', () => {
  const { consumer, answered, kept } = consumerThatTells()
  const heartbeats = new Heartbeats(consumer, 10_000)
  expect(heartbeats.fresh).toBe(false)
  answered('SyncGroup', Date.now())
  kept('join')
  expect(heartbeats.fresh).toBe(true)
  const sentAt = Date.now()
  vi.advanceTimersByTime(60_000)
  answered('Heartbeat', sentAt)
  kept('heartbeat')
  expect(heartbeats.fresh).toBe(false)
})

it('is fresh for one session timeout after each heartbeat, and no other request prolongs it', () => {
  const { consumer, answered, kept } = consumerThatTells()
  const heartbeats = new Heartbeats(consumer, 10_000)
  answered('Heartbeat', Date.now())
  kept('heartbeat')
  vi.advanceTimersByTime(9_999)
  expect(heartbeats.fresh).toBe(true)
  answered('Fetch', Date.now())
  vi.advanceTimersByTime(1)
  expect(heartbeats.fresh).toBe(false)
})

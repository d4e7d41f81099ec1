import RequestQueue from 'kafkajs/src/network/requestQueue/index.js'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import '../../../src/kafka/idleConnections.js'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

it('sets no timer for a connection that has nothing to send', () => {
  const queue = new RequestQueue({
    maxInFlightRequests: null,
    requestTimeout: 1_000,
    enforceRequestTimeout: false,
    clientId: 'client',
    broker: 'broker',
    logger: { debug: () => undefined, warn: () => undefined },
  })
  queue.checkPendingRequests()
  expect(vi.getTimerCount()).toBe(0)
})

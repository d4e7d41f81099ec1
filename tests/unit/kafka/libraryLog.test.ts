import { logLevel } from 'kafkajs'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { libraryLog } from '../../../src/kafka/libraryLog.js'

beforeEach(() => vi.useFakeTimers({ toFake: ['performance'] }))
afterEach(() => vi.useRealTimers())

function logged() {
  const lines: Record<string, unknown>[] = []
  const logger = pino({ level: 'warn' }, { write: (line: string) => lines.push(JSON.parse(line)) })
  const tell = libraryLog(logger)(logLevel.INFO)
  const say = (message: string, facts: Record<string, unknown> = {}, level = logLevel.ERROR) =>
    tell({ namespace: 'Connection', level, label: '', log: { timestamp: '', message, ...facts } })
  return { say, lines, messages: () => lines.map(({ msg, broker }) => `${broker} ${msg}`) }
}

test('what a broker that is away makes the library say is warned of once in ten seconds, for each broker', () => {
  const { say, messages } = logged()
  for (let second = 0; second < 25; second++) {
    for (const broker of ['a:9092', 'b:9092']) say('Connection error', { broker })
    vi.advanceTimersByTime(1_000)
  }
  const each = ['a:9092 Connection error', 'b:9092 Connection error']
  expect(messages()).toEqual([...each, ...each, ...each])
})

test('another message, or the same of another group, is news', () => {
  const { say, messages } = logged()
  say('Crash: no coordinator', { groupId: 'projector' })
  say('Crash: no coordinator', { groupId: 'projector-2' })
  say('Crash: no coordinator', { groupId: 'projector' })
  say('Crash: fenced', { groupId: 'projector' })
  expect(messages()).toHaveLength(3)
})

test('nothing but facts about connections and groups is taken from the library, and what speaks of single answers is for debugging', () => {
  const { say, lines } = logged()
  say('Response without match', { broker: 'a:9092' })
  say('told at info', {}, logLevel.INFO)
  say('Connection error', { broker: 'a:9092', payload: 'an event', retryCount: 2 }, logLevel.WARN)
  expect(lines).toHaveLength(1)
  expect(lines[0]).toMatchObject({ level: 40, library: 'kafkajs Connection', broker: 'a:9092', retryCount: 2 })
  expect(lines[0]).not.toHaveProperty('payload')
})

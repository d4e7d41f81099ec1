import type { Kafka } from 'kafkajs'
import { pino } from 'pino'
import { expect, it, vi } from 'vitest'
import { GroupMember } from '../../../../src/bus/kafka/groupMember.js'

/** A kafkajs consumer of one partition that says what the test has it say. */
function doubleOfKafka() {
  const listeners = new Map<string, (event: { readonly payload: unknown }) => void>()
  let eachBatch: (payload: unknown) => Promise<void> = () => Promise.resolve()
  const consumer = {
    events: {
      GROUP_JOIN: 'joined',
      REBALANCING: 'rebalancing',
      CRASH: 'crash',
      REQUEST: 'request',
      HEARTBEAT: 'heartbeat',
    },
    on: (name: string, listener: (event: { readonly payload: unknown }) => void) => listeners.set(name, listener),
    connect: () => Promise.resolve(),
    subscribe: () => Promise.resolve(),
    run: (options: { readonly eachBatch: typeof eachBatch }) => {
      eachBatch = options.eachBatch
      return Promise.resolve()
    },
  }
  return {
    kafka: { consumer: () => consumer } as unknown as Kafka,
    joined: (partition: number) => listeners.get('joined')?.({ payload: { memberAssignment: { t: [partition] } } }),
    rebalancing: () => listeners.get('rebalancing')?.({ payload: {} }),
    batch: (commit: () => Promise<void>) =>
      eachBatch({
        batch: {
          topic: 't',
          partition: 0,
          messages: [{ offset: '5', value: null, headers: {} }],
          lastOffset: () => '5',
        },
        heartbeat: () => Promise.resolve(),
        resolveOffset: () => undefined,
        commitOffsetsIfNecessary: commit,
        isRunning: () => true,
      }),
  }
}

it('INV-10 COMMIT-AFTER-WRITE: commits nothing of a former tenure in a later one, however often the group was rebalanced between them', async () => {
  vi.useFakeTimers()
  try {
    const double = doubleOfKafka()
    const nothing = () => undefined
    const logger = pino({ level: 'silent' })
    const parts = { groupId: 'g', topics: ['t'], installationId: 'i', logger, onChange: nothing, onLost: nothing }
    const member = new GroupMember({ kafka: double.kafka, ...parts })
    await member.join()
    double.joined(0)
    let isConnected = false
    let commits = 0
    await double.batch(() => {
      if (!isConnected) return Promise.reject(new Error('no connection'))
      commits += 1
      return Promise.resolve()
    })
    const former = member.tenure
    former?.passOver(former.arrivals.take(10))
    double.rebalancing()
    // The joining failed, and kafkajs tries it again.
    double.rebalancing()
    await vi.advanceTimersByTimeAsync(300)
    isConnected = true
    double.joined(1)
    await vi.advanceTimersByTimeAsync(300)
    expect(commits).toBe(0)
  } finally {
    vi.useRealTimers()
  }
})

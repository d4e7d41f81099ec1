import type { Consumer } from 'kafkajs'

const KEEPING_REQUESTS = new Set(['Heartbeat', 'SyncGroup'])

/**
 * Whether the group still counts on this consumer, as far as can be known here.
 *
 * The broker waits one session timeout from when it got the last heartbeat. That time counts from when the heartbeat was sent: a process that was
 * paused in between finds the answer when it goes on, and by then the answer may be minutes old.
 */
export class Heartbeats {
  readonly #sessionTimeoutMs: number
  #sentAt = 0
  #keptSince = 0

  constructor(consumer: Consumer, sessionTimeoutMs: number) {
    this.#sessionTimeoutMs = sessionTimeoutMs
    const { REQUEST, HEARTBEAT, GROUP_JOIN } = consumer.events
    // Told of a request when its answer is there, before it is told what the answer was.
    consumer.on(REQUEST, ({ payload }) => {
      if (KEEPING_REQUESTS.has(payload.apiName)) this.#sentAt = payload.sentAt
    })
    const kept = () => {
      this.#keptSince = this.#sentAt
    }
    consumer.on(HEARTBEAT, kept)
    consumer.on(GROUP_JOIN, kept)
  }

  get fresh(): boolean {
    return Date.now() - this.#keptSince < this.#sessionTimeoutMs
  }
}

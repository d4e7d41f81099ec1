import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import { type EventConsumer, type EventSlice, UnusableBus } from '../../bus/eventBus.js'
import { type EventMessage, type EventOutbox, type EventPublisher, relayGroup } from '../../bus/eventPublisher.js'
import { pause } from '../../waiting/pause.js'

/** Events of one page. More in a request cost latency and win nothing. */
const DEFAULT_PAGE_EVENTS = 500
/** While a page of fewer events is sent, more of them gather for the next one: small pages cost the broker a request each, and readers of the topics a slice. */
const WORTH_READING_AHEAD = 100
const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 5_000
/** For the page that is being sent when the relay is stopped. Its successor sends it again. */
const LAST_SEND_TIMEOUT_MS = 1_500

export interface RelayOptions {
  readonly outbox: EventOutbox
  /** The relay's own: it closes it. */
  readonly publisher: EventPublisher
  readonly logger: Logger
  /** Default 500. */
  readonly pageSize?: number
}

export interface Relay {
  /** Whether this relay publishes; false while another one does. */
  readonly isLeading: boolean
  /**
   * For how long it has got nowhere: the page in hand is not taken, or the log can't be read. 0 where there is nothing to do, or it stands by. What
   * keeps failing is tried again, and shows here.
   */
  readonly stuckForMs: number
  /** What somebody has to change before the bus takes the page in hand. It is tried again meanwhile. */
  readonly blockedBy: UnusableBus | undefined
  /** Waits for the page that is being sent, not long, and leaves the rest to the next relay. */
  stop(): Promise<void>
}

/**
 * Publishes the event log, in its order, until it is stopped. Of all relays of an installation one leads, the others stand by.
 *
 * The log is the outbox: what is committed there is published sooner or later, and nothing else ever is. A page counts as published when the bus has
 * acknowledged it, and the checkpoint follows that, beside the next page's sending; a relay that dies in between has its successor publish the page
 * again. So does one that went on after its leadership was lost: it can only repeat events, since the checkpoint that it would move stands elsewhere.
 */
export function startRelay(options: RelayOptions): Relay {
  return new RunningRelay(options)
}

class RunningRelay implements Relay {
  readonly #options: RelayOptions
  readonly #stopping = new AbortController()
  readonly #running: Promise<void>
  #consumer: EventConsumer<EventMessage> | undefined
  #inHandSince: number | undefined
  #blockedBy: UnusableBus | undefined

  constructor(options: RelayOptions) {
    this.#options = options
    this.#running = this.#run()
  }

  get isLeading(): boolean {
    return this.#consumer?.active ?? false
  }

  get stuckForMs(): number {
    const inHandForMs = this.#inHandSince === undefined ? 0 : performance.now() - this.#inHandSince
    return Math.max(inHandForMs, this.#consumer?.outForMs ?? 0)
  }

  get blockedBy(): UnusableBus | undefined {
    return this.#blockedBy
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#running
  }

  async #run(): Promise<void> {
    const { outbox, publisher } = this.#options
    this.#consumer = await this.#untilDone('Opening the outbox', () =>
      outbox.subscribe(relayGroup(publisher.destination)),
    )
    try {
      if (this.#consumer) await this.#relay(this.#consumer)
    } finally {
      await this.#end()
    }
  }

  get #limit(): number {
    return this.#options.pageSize ?? DEFAULT_PAGE_EVENTS
  }

  async #relay(consumer: EventConsumer<EventMessage>): Promise<void> {
    let page = await this.#next(consumer)
    while (page) {
      const isLarge = page.events.length >= Math.min(WORTH_READING_AHEAD, this.#limit)
      const ahead = isLarge ? this.#next(consumer) : undefined
      if (!(await this.#publish(consumer, page))) return
      const upcoming = ahead ?? this.#next(consumer)
      await this.#commit(consumer, page)
      page = await upcoming
    }
  }

  #next(consumer: EventConsumer<EventMessage>): Promise<EventSlice<EventMessage> | undefined> {
    return this.#untilDone('Reading the log', () => consumer.next(this.#limit, this.#stopping.signal))
  }

  /** Returns true when the page is published, or another relay's to publish; false when the relay was stopped before. */
  async #publish(consumer: EventConsumer<EventMessage>, page: EventSlice<EventMessage>): Promise<boolean> {
    this.#inHandSince = performance.now()
    const published = await this.#untilDone('Publishing', async () => {
      if (consumer.holds(page)) await this.#send(page)
      return true
    })
    this.#inHandSince = undefined
    this.#blockedBy = undefined
    return published === true
  }

  async #send({ events }: EventSlice<EventMessage>): Promise<void> {
    try {
      await this.#untilStopped(this.#options.publisher.publish(events))
    } catch (error) {
      this.#blockedBy = error instanceof UnusableBus ? error : undefined
      throw error
    }
  }

  /** A checkpoint that can't be written just now is written with the next one, or costs repeats. */
  async #commit(consumer: EventConsumer<EventMessage>, page: EventSlice<EventMessage>): Promise<void> {
    try {
      await consumer.commit(page)
    } catch (error) {
      this.#options.logger.warn({ err: error }, "The relay's checkpoint could not be written")
    }
  }

  /** As `sending`, but rejects some time after the relay was stopped. */
  async #untilStopped(sending: Promise<void>): Promise<void> {
    const done = new AbortController()
    const { signal } = this.#stopping
    const tooLate = async (): Promise<never> => {
      await new Promise((resolve) => {
        if (signal.aborted) resolve(undefined)
        signal.addEventListener('abort', resolve, { once: true, signal: done.signal })
      })
      await sleep(LAST_SEND_TIMEOUT_MS, undefined, { signal: done.signal })
      throw new Error('The relay was stopped before the bus answered.')
    }
    try {
      await Promise.race([sending, tooLate()])
    } finally {
      done.abort()
    }
  }

  /**
   * Repeats `work` until it succeeds, with growing pauses; undefined when the relay is stopped first. Without limit, also for faults that are no
   * outage: what passes over an event loses it, and a relay that stands still shows in its lag.
   */
  async #untilDone<Result>(what: string, work: () => Promise<Result>): Promise<Result | undefined> {
    const { signal } = this.#stopping
    for (let pauseMs = FIRST_PAUSE_MS; !signal.aborted; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      try {
        return await work()
      } catch (error) {
        const level = error instanceof UnusableBus ? 'error' : 'warn'
        this.#options.logger[level]({ err: error }, `${what} failed and is tried again`)
        await pause(pauseMs * (0.5 + Math.random() / 2), signal)
      }
    }
    return undefined
  }

  async #end(): Promise<void> {
    const { publisher, logger } = this.#options
    const ends = await Promise.allSettled([publisher.close(), this.#consumer?.close()])
    for (const end of ends) {
      if (end.status === 'rejected') logger.warn({ err: end.reason }, 'The relay did not end in order')
    }
  }
}

import type { Logger } from 'pino'
import type { Arrival } from './arrivals.js'
import type { ReadEvent } from './eventMessages.js'

/** Between two lines of the log about the same: whoever writes to topics of ours by mistake writes a lot. */
const TELL_EVERY_MS = 60_000

type Stray = Exclude<ReadEvent, { readonly kind: 'event' }>

const WHAT = {
  foreign: 'Messages of another installation are passed over: set a KAFKA_PREFIX for each installation',
  unreadable:
    'Messages that are no events of ours are passed over; what the log has in their place is taken from there',
} as const satisfies Record<Stray['kind'], string>

/** Tells of messages that are passed over: the first of its kind at once, and how many there were once in a while. */
export class PassedOver {
  readonly #logger: Logger
  readonly #told = new Map<Stray['kind'], { messages: number; nextAt: number }>()

  constructor(logger: Logger) {
    this.#logger = logger
  }

  tell(stray: Stray, { topic, partition, offset }: Omit<Arrival, 'event'>): void {
    const now = performance.now()
    const { messages, nextAt } = this.#told.get(stray.kind) ?? { messages: 0, nextAt: now }
    const isDue = now >= nextAt
    this.#told.set(
      stray.kind,
      isDue ? { messages: 0, nextAt: now + TELL_EVERY_MS } : { messages: messages + 1, nextAt },
    )
    if (!isDue) return
    const owner = stray.kind === 'foreign' ? { installationId: stray.installationId } : {}
    this.#logger.error({ topic, partition, offset, ...owner, messages: messages + 1 }, WHAT[stray.kind])
  }
}

import type { Pool } from 'pg'
import type { Logger } from 'pino'
import type { ProjectionResult } from '../../contract/projectionResult.js'
import type { AnnouncementFeed, FeedItem, FeedPosition, FeedTail } from '../announcementFeed.js'
import { StoreUnavailable } from '../documentStore.js'
import { WakeUp } from '../wakeUp.js'
import { lock } from './locks.js'
import { inTransaction } from './transaction.js'
import { orUnavailable } from './translateErrors.js'

/** Announcements of other processes are seen so late at most. */
const POLL_MS = 100
const RETRY_MS = 500
const PAGE_ITEMS = 1_000
/** Of announcements that are kept no longer; at most one step with every so many milliseconds, unless there is more to go. */
const TRIM_STEP = 5_000
const TRIM_EVERY_MS = 60_000

const BEFORE_THE_FIRST = '0' as FeedPosition
const POSITION = /^\d{1,19}$/

const PUBLISH = `
  INSERT INTO read.announcements (body)
  SELECT input.body FROM json_array_elements($1::json) WITH ORDINALITY AS input(body, place) ORDER BY input.place`
const PAGE = `
  SELECT position::text AS position_text, body FROM read.announcements a
  WHERE a.position > $1::bigint ORDER BY a.position LIMIT $2`
const LATEST = `
  SELECT position::text AS position_text, body FROM read.announcements a
  ORDER BY a.position DESC LIMIT $1`
/** Only the oldest are looked at, so that a step costs the same whether there is anything to trim or not. */
const TRIM = `
  WITH oldest AS (SELECT position, published_at FROM read.announcements ORDER BY position LIMIT ${TRIM_STEP})
  DELETE FROM read.announcements WHERE position IN (
    SELECT position FROM oldest WHERE published_at < now() - interval '1 day'
  )`

interface AnnouncementRow {
  readonly position_text: string
  readonly body: ProjectionResult
}

/**
 * The feed as a table, read by position alone: publishers take turns behind an advisory lock, so positions are in the order of commits and
 * none becomes visible behind a reader's back. There is one active projector, so nobody queues. Reading below the oldest running transaction
 * instead, as the event log does, would let any long transaction of the cluster delay every waiting client, and would need an era for the
 * time after a dump and restore.
 *
 * A publication is as durable as any commit. Were it not (synchronous_commit off), a crash of the server could take back announcements that
 * a gateway has seen, and give their positions to others, which that gateway would then pass over.
 */
export class PostgresAnnouncementFeed implements AnnouncementFeed {
  readonly #pool: Pool
  readonly #logger: Logger
  readonly #followers = new Set<WakeUp>()
  #nextTrimAt = 0

  constructor(pool: Pool, logger: Logger) {
    this.#pool = pool
    this.#logger = logger
  }

  async publish(results: readonly ProjectionResult[]): Promise<void> {
    if (results.length === 0) return
    await orUnavailable(() =>
      inTransaction(this.#pool, async (client) => {
        await lock(client, 'announcements')
        await client.query(PUBLISH, [JSON.stringify(results)])
      }),
    )
    for (const follower of this.#followers) follower.ring()
    if (Date.now() >= this.#nextTrimAt) await this.#trim()
  }

  async latest(count: number): Promise<FeedTail> {
    const { rows } = await orUnavailable(() => this.#pool.query<AnnouncementRow>(LATEST, [count]))
    const items = rows.map(feedItemOf).reverse()
    return { items, end: items.at(-1)?.position ?? BEFORE_THE_FIRST, isWhole: items.length < count }
  }

  async follow(after: FeedPosition, onItems: (items: readonly FeedItem[]) => void, signal: AbortSignal): Promise<void> {
    const wakeUp = new WakeUp()
    const stop = () => wakeUp.ring()
    signal.addEventListener('abort', stop, { once: true })
    this.#followers.add(wakeUp)
    try {
      for (let position = after; !signal.aborted; ) {
        const items = await this.#page(position)
        if (signal.aborted) return
        if (items && items.length > 0) onItems(items)
        position = items?.at(-1)?.position ?? position
        if (items?.length !== PAGE_ITEMS) await wakeUp.heard(items ? POLL_MS : RETRY_MS)
      }
    } finally {
      this.#followers.delete(wakeUp)
      signal.removeEventListener('abort', stop)
    }
  }

  isLater(position: FeedPosition, other: FeedPosition): boolean {
    return POSITION.test(position) && POSITION.test(other) && BigInt(position) > BigInt(other)
  }

  /** Undefined when the store does not answer. */
  async #page(after: FeedPosition): Promise<readonly FeedItem[] | undefined> {
    try {
      const { rows } = await orUnavailable(() => this.#pool.query<AnnouncementRow>(PAGE, [after, PAGE_ITEMS]))
      return rows.map(feedItemOf)
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error
      this.#logger.warn({ err: error, after }, 'The feed of announcements did not answer; it is asked again')
      return undefined
    }
  }

  /** What is not trimmed now is trimmed with a later publication, so a failure is nobody's loss. */
  async #trim(): Promise<void> {
    this.#nextTrimAt = Date.now() + TRIM_EVERY_MS
    try {
      const { rowCount } = await orUnavailable(() => this.#pool.query(TRIM))
      if (rowCount === TRIM_STEP) this.#nextTrimAt = 0
    } catch (error) {
      this.#logger.warn({ err: error }, 'Old announcements could not be trimmed; the next publications will')
    }
  }
}

function feedItemOf({ position_text, body }: AnnouncementRow): FeedItem {
  return { position: position_text as FeedPosition, result: body }
}

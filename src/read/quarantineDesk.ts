import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { ParkedStream, ParkedStreams, ReleaseRequest } from './parkedStreams.js'

const POLL_MS = 100

export type AskOutcome =
  | { readonly kind: 'not-parked' }
  /** Everything of the stream is applied and announced. */
  | { readonly kind: 'released' }
  /** The cause is still there: what stays parked, with what it fails at now. */
  | { readonly kind: 'still-parked'; readonly rows: readonly ParkedStream[] }
  /** No projector has taken it up within the time; the next one that runs does. */
  | { readonly kind: 'asked'; readonly rows: readonly ParkedStream[] }

export interface AskOptions {
  /** How long to wait for a projector to do it. */
  readonly timeoutMs: number
  readonly signal?: AbortSignal
}

/** What staff may do about streams in quarantine, from wherever they ask. Throws StoreUnavailable. */
export class QuarantineDesk {
  readonly #parked: ParkedStreams

  constructor(parked: ParkedStreams) {
    this.#parked = parked
  }

  list(): Promise<readonly ParkedStream[]> {
    return this.#parked.list()
  }

  find(streamId: string): Promise<readonly ParkedStream[]> {
    return this.#parked.find([streamId])
  }

  /** Asks for every projection that the stream is parked for; an older request is replaced. Durable before it waits. */
  async ask(streamId: string, kind: ReleaseRequest['kind'], { timeoutMs, signal }: AskOptions): Promise<AskOutcome> {
    const request: ReleaseRequest = { id: randomUUID(), kind, askedAt: new Date().toISOString(), taken: null }
    let rows = await this.find(streamId)
    if (rows.length === 0) return { kind: 'not-parked' }
    for (const row of rows) await this.#put(request, row)
    for (const giveUpAt = performance.now() + timeoutMs; ; ) {
      rows = await this.find(streamId)
      if (rows.length === 0) return { kind: 'released' }
      if (rows.every((row) => row.request?.id !== request.id)) return { kind: 'still-parked', rows }
      if (signal?.aborted || performance.now() > giveUpAt) return { kind: 'asked', rows }
      await delay(POLL_MS)
    }
  }

  /** Again, as long as a projector or another asker comes between; a row that is gone needs nothing any more. */
  async #put(request: ReleaseRequest, { projection, streamId }: ParkedStream): Promise<void> {
    for (;;) {
      const row = (await this.find(streamId)).find((each) => each.projection === projection)
      if (!row || (await this.#parked.changeRequest(row, row.request, request))) return
    }
  }
}

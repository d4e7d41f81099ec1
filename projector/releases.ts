import { randomUUID } from 'node:crypto'
import type { Logger } from 'pino'
import type { ParkedStream, ParkedStreams, ReleaseRequest } from '../src/read/parkedStreams.js'
import type { SliceConsumer } from './consumeBatch.js'
import type { DocumentRewrite } from './fold/documentRewrite.js'

/** Whoever began so long ago has died: a release takes no longer than a slice. On the clocks of projectors, which is good enough for what may be repeated. */
const ABANDONED_AFTER_MS = 60_000

/**
 * Does what operators have asked for in the quarantine. One projector of several takes a request; one that dies over it is followed by another, which
 * only repeats.
 */
export class Releases {
  readonly #parked: ParkedStreams
  readonly #slices: Pick<SliceConsumer, 'release'>
  readonly #rewrite: Pick<DocumentRewrite, 'rewrite'>
  readonly #logger: Logger
  readonly #self = randomUUID()

  constructor(parts: {
    readonly parked: ParkedStreams
    readonly slices: Pick<SliceConsumer, 'release'>
    readonly rewrite: Pick<DocumentRewrite, 'rewrite'>
    readonly logger: Logger
  }) {
    this.#parked = parts.parked
    this.#slices = parts.slices
    this.#rewrite = parts.rewrite
    this.#logger = parts.logger
  }

  /** The streams that somebody has to take up again. */
  async asked(): Promise<readonly ParkedStream[]> {
    return (await this.#parked.list()).filter(({ request }) => request !== null && isFree(request))
  }

  /** To be called by turns with slices. Throws what is retriable: the request stays, and is done by whoever comes first after a while. */
  async answer(row: ParkedStream): Promise<void> {
    const { request, projection, streamId } = row
    if (!request) return
    const taken: ReleaseRequest = { ...request, taken: { by: this.#self, at: new Date().toISOString() } }
    if (!(await this.#parked.changeRequest(row, request, taken))) return
    try {
      if (request.kind === 'release') await this.#rewrite.rewrite(row)
      const outcome = await this.#slices.release(row, request.kind === 'release' ? 1 : undefined)
      this.#logger.info({ projection, streamId, outcome }, 'Took up a parked stream, as an operator has asked')
      if (outcome === 'parked-again') await this.#parked.changeRequest(row, taken, null)
    } catch (error) {
      await this.#parked.changeRequest(row, taken, request)
      throw error
    }
  }
}

function isFree({ taken }: ReleaseRequest): boolean {
  return taken === null || Date.parse(taken.at) + ABANDONED_AFTER_MS < Date.now()
}

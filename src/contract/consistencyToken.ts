import { SignedText } from './signedText.js'

/** What a token proves: this stream has this version. */
export interface StreamVersion {
  readonly streamId: string
  readonly version: number
  /** When it was recorded, by the clock of the log's database, in milliseconds since 1970. Absent in tokens of earlier releases. */
  readonly recordedAt?: number
  /** W3C, of the command that wrote it, where that was traced. */
  readonly traceparent?: string
}

/** A token that is forged, broken, or of another installation. */
export class InvalidToken extends Error {
  override readonly name = 'InvalidToken'
}

/**
 * Consistency tokens: signed proof that a stream has a version. Never a global position: the order in which positions are drawn is not
 * the order in which they commit, and a position means nothing over several Kafka partitions.
 */
export class ConsistencyTokens {
  readonly #signed: SignedText

  /** secrets: the first signs, all verify. installationId: tokens of another installation are not valid here. */
  constructor(secrets: readonly string[], installationId: string) {
    this.#signed = new SignedText(secrets, `consistency-token/${installationId}`)
  }

  issue(proof: StreamVersion): string {
    const { streamId: s, version: v, recordedAt: r, traceparent: t } = proof
    return this.#signed.sign({ s, v, ...(r !== undefined && { r }), ...(t !== undefined && { t }) })
  }

  /** Throws InvalidToken. */
  read(token: string): StreamVersion {
    const payload = this.#signed.verify(token)
    const { s: streamId, v: version, r: recordedAt, t: traceparent } = payload ?? {}
    if (typeof streamId !== 'string' || typeof version !== 'number') {
      throw new InvalidToken(
        'Expected a consistency token as a command returned it, unchanged; found one that this service did not issue.',
      )
    }
    return {
      streamId,
      version,
      ...(typeof recordedAt === 'number' && { recordedAt }),
      ...(typeof traceparent === 'string' && { traceparent }),
    }
  }
}

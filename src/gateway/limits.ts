/** Bounds of what one caller may ask of the gateway. */
export interface GatewayLimits {
  /** Bytes of a request body or of a socket message. */
  readonly maxMessageBytes: number
  readonly maxSockets: number
  readonly maxOperationsPerSocket: number
  /** Bytes that may wait to be sent on one socket; a client that reads slower than that is cut off. */
  readonly maxBufferedBytes: number
  readonly operation: OperationLimits
}

/** Bounds of one operation; beyond them QUERY_TOO_COMPLEX. */
export interface OperationLimits {
  /** Fields inside of fields; introspection is exempt. */
  readonly depth: number
  /** Over the whole operation, those of a fragment once for each use. */
  readonly aliases: number
  /** Lexical tokens of the document. */
  readonly tokens: number
  /** Page sizes multiplied along a path. */
  readonly objects: number
}

export const DEFAULT_LIMITS: GatewayLimits = {
  maxMessageBytes: 256 * 1024,
  maxSockets: 10_000,
  maxOperationsPerSocket: 100,
  maxBufferedBytes: 1024 * 1024,
  operation: { depth: 12, aliases: 30, tokens: 2_000, objects: 5_000 },
}

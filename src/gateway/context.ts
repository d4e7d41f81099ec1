import type { ConsistencyTokens } from '../contract/consistencyToken.js'
import type { SignedText } from '../contract/signedText.js'
import type { ReadSide } from '../read/index.js'
import type { CommandHandlers } from '../write/index.js'
import { AwaitedCustomers } from './awaitedCustomers.js'
import { Cursors } from './cursors.js'
import { DocumentLoaders } from './loaders.js'
import { newTrace } from './traces.js'

/** What the gateway is given: both sides, and the keys of what it hands out. */
export interface GatewayParts {
  readonly handlers: CommandHandlers
  readonly readSide: ReadSide
  readonly tokens: ConsistencyTokens
  readonly cursors: SignedText
}

/** Where an operation came from: an HTTP request, or an operation on a socket. */
export interface OperationSource {
  /** Aborts when nobody waits for the answer any more. Asked for only by what waits. */
  readonly signal: () => AbortSignal
  /** The request or the socket: waits are bounded for each. */
  readonly connection: object
}

/** As long as there is no login, everyone who reaches the service is this one. */
const PRINCIPAL = 'local'

/** What every resolver is given; one for each HTTP request and each operation on a socket. */
export interface GatewayContext {
  readonly principal: string
  /** W3C, random: 32 and 16 hexadecimal digits. */
  readonly traceId: string
  readonly traceparent: string
  readonly handlers: CommandHandlers
  readonly readSide: ReadSide
  readonly tokens: ConsistencyTokens
  readonly cursors: Cursors
  readonly loaders: DocumentLoaders
  readonly awaitedCustomers: AwaitedCustomers
  readonly source: OperationSource
}

/** Makes the contexts of one gateway. */
export function contextFactory(parts: GatewayParts): (source: OperationSource) => GatewayContext {
  const cursors = new Cursors(parts.cursors)
  const { handlers, readSide, tokens } = parts
  return (source) => {
    return {
      principal: PRINCIPAL,
      ...newTrace(),
      handlers,
      readSide,
      tokens,
      cursors,
      loaders: new DocumentLoaders(readSide.documents),
      awaitedCustomers: new AwaitedCustomers(),
      source,
    }
  }
}

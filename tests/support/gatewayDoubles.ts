import pino, { type Logger } from 'pino'
import { ConsistencyTokens } from '../../src/contract/consistencyToken.js'
import type { Documents, ProjectionName } from '../../src/contract/documents.js'
import { SignedText } from '../../src/contract/signedText.js'
import type { GatewayLimits } from '../../src/gateway/limits.js'
import { type Gateway, type GatewayOptions, startGateway } from '../../src/gateway/server.js'
import type { Revision } from '../../src/read/documentStore.js'
import type { OrderQueries, OrderWatcher, ReadSide, VersionWaiter, WaitOutcome } from '../../src/read/index.js'
import type { Instruments } from '../../src/telemetry/instruments.js'
import type { CommandHandlers } from '../../src/write/index.js'

/** Both sides of the gateway as doubles: what is not given must not be called. */
export interface GatewayDoubles {
  readonly handlers?: Partial<CommandHandlers>
  readonly documents?: { readonly [Name in ProjectionName]?: readonly Documents[Name][] }
  readonly queries?: Partial<OrderQueries>
  readonly waiter?: VersionWaiter
  readonly watcher?: Partial<OrderWatcher>
  readonly status?: ReadSide['status']
  readonly quarantine?: Partial<ReadSide['quarantine']>
  readonly limits?: Partial<GatewayLimits>
  readonly logger?: Logger
  readonly instruments?: Instruments
}

export interface TestGateway extends Gateway {
  readonly origin: string
  readonly tokens: ConsistencyTokens
  /** What was read by id, a line for each read. */
  readonly reads: { readonly projection: ProjectionName; readonly ids: readonly string[] }[]
}

const SECRETS = ['a secret of tests that is long enough']

export async function startTestGateway(doubles: GatewayDoubles = {}): Promise<TestGateway> {
  const reads: TestGateway['reads'] = []
  const options = testGatewayOptions(doubles, reads)
  const gateway = await startGateway(options)
  return { ...gateway, origin: new URL(gateway.url).origin, tokens: options.tokens, reads }
}

export function testGatewayOptions(doubles: GatewayDoubles = {}, reads: TestGateway['reads'] = []): GatewayOptions {
  return {
    handlers: {
      order: uncalled('order'),
      customer: uncalled('customer'),
      product: uncalled('product'),
      ...doubles.handlers,
    },
    readSide: {
      documents: documentsDouble(doubles.documents ?? {}, reads),
      queries: allUncalled(doubles.queries ?? {}),
      waiter: doubles.waiter ?? { waitFor: async (): Promise<WaitOutcome> => ({ kind: 'reached' }) },
      watcher: allUncalled(doubles.watcher ?? {}),
      status: doubles.status ?? { read: async () => [] },
      quarantine: allUncalled(doubles.quarantine ?? {}),
    },
    tokens: new ConsistencyTokens(SECRETS, 'test-installation'),
    cursors: new SignedText(SECRETS, 'cursors'),
    host: '127.0.0.1',
    port: 0,
    ...(doubles.limits ? { limits: doubles.limits } : {}),
    ...(doubles.instruments ? { instruments: doubles.instruments } : {}),
    logger: doubles.logger ?? pino({ level: 'silent' }),
    readiness: async () => [{ part: 'event log', ok: true }],
  }
}

function documentsDouble(
  documents: NonNullable<GatewayDoubles['documents']>,
  reads: TestGateway['reads'],
): ReadSide['documents'] {
  return {
    get: async <Name extends ProjectionName>(projection: Name, ids: readonly string[]) => {
      reads.push({ projection, ids })
      const stored = (documents[projection] ?? []) as readonly Documents[Name][]
      return new Map(
        stored
          .filter((document) => ids.includes(document.id))
          .map((document) => [document.id, { document, revision: '1' as Revision }]),
      )
    },
  }
}

function uncalled(name: string): () => never {
  return () => {
    throw new Error(`The test did not expect a call of ${name}.`)
  }
}

function allUncalled<Port extends object>(given: Partial<Port>): Port {
  return new Proxy(given, {
    get: (target, name) => Reflect.get(target, name) ?? uncalled(String(name)),
  }) as Port
}

import { pino } from 'pino'
import { SliceConsumer, type SliceConsumerParts } from '../../projector/consumeBatch.js'
import type { Decode } from '../../projector/eventReader.js'
import { factsOf } from '../../projector/projections/projection.js'
import { PROJECTIONS_OF, project } from '../../projector/projections/registry.js'
import { withCustomer } from '../../projector/projections/withCustomer.js'
import type { Documents, ProjectionName } from '../../src/contract/documents.js'
import { decodeEvent } from '../../src/contract/eventCodec.js'
import type { EventEnvelope } from '../../src/contract/eventEnvelope.js'
import type { ProjectionResult } from '../../src/contract/projectionResult.js'
import { parseStreamId } from '../../src/contract/streams.js'
import { MemoryDocumentStore } from './memory/memoryDocumentStore.js'
import { MemoryEventLog } from './memory/memoryEventLog.js'
import { MemoryParkedStreams } from './memory/memoryParkedStreams.js'

export const silentLogger = pino({ level: 'silent' })

/** A slice consumer with everything around it in memory. */
export function projectorInMemory(replaced: Partial<SliceConsumerParts> = {}) {
  const log = new MemoryEventLog()
  const store = new MemoryDocumentStore()
  const parked = new MemoryParkedStreams()
  const published: ProjectionResult[] = []
  const parts: SliceConsumerParts = {
    documents: store,
    feed: {
      publish: (results) => {
        published.push(...results)
        return Promise.resolve()
      },
    },
    parked,
    streamReader: log,
    customerKeys: log.keys,
    cipher: log.cipher,
    logger: silentLogger,
    ...replaced,
  }
  return { log, store, parked, published, parts, consumer: new SliceConsumer(parts) }
}

export type AllDocuments = { readonly [Name in ProjectionName]: ReadonlyMap<string, Documents[Name]> }

export function documentsIn(store: MemoryDocumentStore): AllDocuments {
  return {
    orders: store.all('orders'),
    orderTimelines: store.all('orderTimelines'),
    customers: store.all('customers'),
    products: store.all('products'),
  }
}

/** What the documents have to be once everything is projected: the log folded stream by stream, without any projector. */
export function foldOf(log: MemoryEventLog): AllDocuments {
  return foldEvents(log.events, (envelope) => decodeEvent(envelope, (sealed) => log.open(envelope, sealed)))
}

/** events: all of the log, those of a stream in order. */
export function foldEvents(events: readonly EventEnvelope[], decode: Decode): AllDocuments {
  const customers = foldAll('customers', events, decode)
  const swept = new Map([...customers].map(([id, each]) => [id, { ...each, ordersVersion: each.version }]))
  const orders = [...foldAll('orders', events, decode)].map(([id, order]) => {
    const customer = customers.get(order.customerId)
    return [id, customer ? withCustomer(order, customer) : order] as const
  })
  return {
    orders: new Map(orders),
    orderTimelines: foldAll('orderTimelines', events, decode),
    customers: swept,
    products: foldAll('products', events, decode),
  }
}

function foldAll<Name extends ProjectionName>(
  name: Name,
  events: readonly EventEnvelope[],
  decode: Decode,
): Map<string, Documents[Name]> {
  const documents = new Map<string, Documents[Name]>()
  for (const envelope of events) {
    const { category, id } = parseStreamId(envelope.streamId)
    if (!PROJECTIONS_OF[category].includes(name)) continue
    documents.set(id, project(name, documents.get(id), decode(envelope), factsOf(envelope)))
  }
  return documents
}

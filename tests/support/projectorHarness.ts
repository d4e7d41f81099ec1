import { pino } from 'pino'
import { SliceConsumer, type SliceConsumerParts } from '../../projector/consumeBatch.js'
import { factsOf } from '../../projector/projections/projection.js'
import { PROJECTIONS_OF, project } from '../../projector/projections/registry.js'
import { withCustomer } from '../../projector/projections/withCustomer.js'
import type { Documents, ProjectionName } from '../../src/contract/documents.js'
import { decodeEvent } from '../../src/contract/eventCodec.js'
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

type AllDocuments = { readonly [Name in ProjectionName]: ReadonlyMap<string, Documents[Name]> }

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
  const customers = foldAll(log, 'customers')
  const swept = new Map([...customers].map(([id, each]) => [id, { ...each, ordersVersion: each.version }]))
  const orders = [...foldAll(log, 'orders')].map(([id, order]) => {
    const customer = customers.get(order.customerId)
    return [id, customer ? withCustomer(order, customer) : order] as const
  })
  return {
    orders: new Map(orders),
    orderTimelines: foldAll(log, 'orderTimelines'),
    customers: swept,
    products: foldAll(log, 'products'),
  }
}

function foldAll<Name extends ProjectionName>(log: MemoryEventLog, name: Name): Map<string, Documents[Name]> {
  const documents = new Map<string, Documents[Name]>()
  for (const envelope of log.events) {
    const { category, id } = parseStreamId(envelope.streamId)
    if (!PROJECTIONS_OF[category].includes(name)) continue
    const event = decodeEvent(envelope, (sealed) => log.open(envelope, sealed))
    documents.set(id, project(name, documents.get(id), event, factsOf(envelope)))
  }
  return documents
}

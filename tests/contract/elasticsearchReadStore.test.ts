import { randomUUID } from 'node:crypto'
import { pino } from 'pino'
import { openElasticsearchReadStore } from '../../src/read/elasticsearch/openElasticsearchReadStore.js'
import type { ReadStore } from '../../src/read/readStore.js'
import { describeOnStack } from '../support/stack/onStack.js'
import { describeDocumentInventory } from './documentInventory.conformance.js'
import { describeDocumentStore } from './documentStore.conformance.js'
import { describeGenerations } from './generations.conformance.js'
import { describeParkedStreams } from './parkedStreams.conformance.js'

describeOnStack(['elasticsearch'], 'on Elasticsearch', (stack) => {
  let opened = 0
  const open = (): Promise<ReadStore> => {
    opened += 1
    return openElasticsearchReadStore({
      url: stack.elasticsearchUrl,
      prefix: `${stack.prefix}-${opened}-`,
      installationId: randomUUID(),
      logger: pino({ level: 'warn' }),
    })
  }

  describeDocumentStore('Elasticsearch', async () => {
    const { documents, close } = await open()
    return { store: documents, close }
  })

  describeDocumentInventory('Elasticsearch', async () => {
    const readStore = await open()
    return { readStore, close: () => readStore.close() }
  })

  describeGenerations('Elasticsearch', open)

  describeParkedStreams('Elasticsearch', async () => {
    const { parked, close } = await open()
    return { parked, close }
  })
})

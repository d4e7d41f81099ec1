import { randomUUID } from 'node:crypto'
import { pino } from 'pino'
import {
  type ElasticsearchReadStore,
  openElasticsearchReadStore,
} from '../../src/read/elasticsearch/openElasticsearchReadStore.js'
import { describeOnStack } from '../support/stack/onStack.js'
import { describeDocumentStore } from './documentStore.conformance.js'
import { describeParkedStreams } from './parkedStreams.conformance.js'

describeOnStack(['elasticsearch'], 'on Elasticsearch', (stack) => {
  let opened = 0
  const open = (): Promise<ElasticsearchReadStore> => {
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

  describeParkedStreams('Elasticsearch', async () => {
    const { parked, close } = await open()
    return { parked, close }
  })
})

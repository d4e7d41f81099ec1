import { randomUUID } from 'node:crypto'
import { pino } from 'pino'
import { openElasticsearchReadStore } from '../../src/read/elasticsearch/openElasticsearchReadStore.js'
import { describeOnStack } from '../support/stack/onStack.js'
import { describeOrderQueries } from './orderQueries.conformance.js'

describeOnStack(['elasticsearch'], 'Elasticsearch', (stack) => {
  describeOrderQueries('Elasticsearch', () =>
    openElasticsearchReadStore({
      url: stack.elasticsearchUrl,
      prefix: `${stack.prefix}-`,
      installationId: randomUUID(),
      logger: pino({ level: 'warn' }),
    }),
  )
})

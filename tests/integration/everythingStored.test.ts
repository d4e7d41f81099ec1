import { randomBytes } from 'node:crypto'
import { Client } from '@elastic/elasticsearch'
import { expect, it } from 'vitest'
import { parseConfig } from '../../src/config.js'
import { everythingStored } from '../support/everythingStored.js'
import { createTestDatabase } from '../support/postgres.js'
import { describeOnStack } from '../support/stack/onStack.js'

describeOnStack(['elasticsearch'], 'a look into everything that is stored', (stack) => {
  it('finds each document, however many there are', async () => {
    await using open = new AsyncDisposableStack()
    const database = await createTestDatabase()
    open.defer(() => database.drop())
    const client = new Client({ node: stack.elasticsearchUrl })
    open.defer(() => client.close())
    const ids = Array.from({ length: 2_345 }, (_, place) => `stored-${place}.`)
    await client.bulk({ operations: ids.flatMap((_id) => [{ index: { _index: `${stack.prefix}-many`, _id } }, {}]) })
    const text = await everythingStored(
      parseConfig({
        DATABASE_URL: database.url,
        ELASTICSEARCH_URL: stack.elasticsearchUrl,
        ELASTICSEARCH_PREFIX: `${stack.prefix}-`,
        TOKEN_SECRET: randomBytes(32).toString('hex'),
        PERSONAL_DATA_KEY: randomBytes(32).toString('hex'),
      }),
    )
    expect(ids.filter((id) => !text.includes(`"${id}"`))).toEqual([])
  })
})

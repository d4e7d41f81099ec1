import { randomUUID } from 'node:crypto'
import { Client } from '@elastic/elasticsearch'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { StoreUnavailable } from '../../src/read/documentStore.js'
import { aliasOf, UnusableIndex } from '../../src/read/elasticsearch/indices.js'
import { openElasticsearchReadStore } from '../../src/read/elasticsearch/openElasticsearchReadStore.js'
import type { ReadStore } from '../../src/read/readStore.js'
import { type ElasticsearchAnswer, startElasticsearchProxy } from '../support/elasticsearchProxy.js'
import { orderDocument } from '../support/sampleDocuments.js'
import { describeOnStack } from '../support/stack/onStack.js'

const logger = pino({ level: 'fatal' })

describeOnStack(['elasticsearch'], 'a read store on Elasticsearch on bad days', (stack) => {
  let client: Client
  const opened: ReadStore[] = []
  let prefixes = 0

  beforeAll(() => {
    client = new Client({ node: stack.elasticsearchUrl })
  })
  afterAll(async () => {
    await Promise.all(opened.map((store) => store.close()))
    await client?.close()
  })

  const newPrefix = () => `${stack.prefix}-${++prefixes}-`
  async function open(prefix: string, installationId: string, url = stack.elasticsearchUrl) {
    const store = await openElasticsearchReadStore({ url, prefix, installationId, logger })
    opened.push(store)
    return store
  }
  /** What the operator is told. */
  async function refusalOf(prefix: string, installationId: string, url?: string): Promise<string> {
    const failure: unknown = await open(prefix, installationId, url).catch((error: unknown) => error)
    if (!(failure instanceof UnusableIndex)) throw new Error('Expected the start to be refused.', { cause: failure })
    expect(failure.message).not.toContain('\n')
    return failure.message
  }
  const newOrder = (id: string) => ({ projection: 'orders', document: orderDocument(id), expected: 'absent' }) as const

  it('lets any number of processes make the indices at once', async () => {
    const prefix = newPrefix()
    const installationId = randomUUID()
    const stores = await Promise.all(Array.from({ length: 5 }, () => open(prefix, installationId)))
    await stores[0]?.documents.write([newOrder('shared')])
    for (const store of stores) expect((await store.documents.get('orders', ['shared'])).size).toBe(1)
    expect(await client.cat.indices({ index: `${prefix}*`, format: 'json', h: ['index'] })).toHaveLength(6)
  })

  describe('at the start', () => {
    it('is refused the indices of another installation', async () => {
      const prefix = newPrefix()
      const [owner, other] = [randomUUID(), randomUUID()]
      await open(prefix, owner)
      const message = await refusalOf(prefix, other)
      expect(message).toMatch(/^ELASTICSEARCH_PREFIX: .*two installations/)
      expect(message).toContain(owner)
      expect(message).toContain(other)
      await open(prefix, owner)
    })

    it.each([
      { case: 'of a newer version', change: { version: 7 }, told: /found version 7/ },
      { case: 'with another mapping', change: { mapping: 'of another release' }, told: /another mapping/ },
      { case: 'that nobody has signed', change: undefined, told: /has not made/ },
    ])('is refused an index $case', async ({ change, told }) => {
      const prefix = newPrefix()
      const installationId = randomUUID()
      await open(prefix, installationId)
      const index = aliasOf(prefix, 'orders')
      const [mapping] = Object.values(await client.indices.getMapping({ index }))
      const signed = mapping?.mappings._meta ?? {}
      await client.indices.putMapping({ index, _meta: change ? { ...signed, ...change } : {} })
      const message = await refusalOf(prefix, installationId)
      expect(message).toMatch(/^ELASTICSEARCH_PREFIX: /)
      expect(message).toMatch(told)
      await client.indices.putMapping({ index, _meta: signed })
      await open(prefix, installationId)
    })

    it('is refused a name that somebody else has taken', async () => {
      const prefix = newPrefix()
      await client.indices.create({ index: aliasOf(prefix, 'products') })
      expect(await refusalOf(prefix, randomUUID())).toMatch(
        /^ELASTICSEARCH_PREFIX: .*has not made.*choose another prefix/,
      )
    })

    it('is refused an index of the name that ours would get, without our alias', async () => {
      const prefix = newPrefix()
      await client.indices.create({ index: `${aliasOf(prefix, 'products')}-v1` })
      expect(await refusalOf(prefix, randomUUID())).toMatch(
        /^ELASTICSEARCH_PREFIX: expected the alias \S+ to lead to an index, found that it leads to none.*choose another prefix/,
      )
    })

    it('is refused an alias in front of several indices', async () => {
      const prefix = newPrefix()
      const installationId = randomUUID()
      await open(prefix, installationId)
      const alias = aliasOf(prefix, 'customers')
      await client.indices.create({ index: `${prefix}another`, aliases: { [alias]: {} } })
      expect(await refusalOf(prefix, installationId)).toMatch(/^ELASTICSEARCH_PREFIX: expected one index behind /)
    })

    const errorAnswer = (status: number, type: string): ElasticsearchAnswer => ({
      status,
      body: JSON.stringify({ error: { type, reason: 'in other words' }, status }),
    })
    it.each([
      {
        server: 'of major version 8',
        answer: errorAnswer(400, 'media_type_header_exception'),
        told: /^ELASTICSEARCH_URL: expected Elasticsearch 9/,
      },
      {
        server: 'that does not know the user',
        answer: errorAnswer(401, 'security_exception'),
        told: /^ELASTICSEARCH_URL: .*user and password/,
      },
      {
        server: 'whose user may do nothing',
        answer: errorAnswer(403, 'security_exception'),
        told: /^ELASTICSEARCH_URL: .*(rights|may)/,
      },
    ])('is refused by a server $server', async ({ answer, told }) => {
      const proxy = await startElasticsearchProxy(stack.elasticsearchUrl)
      try {
        proxy.meddle = async () => answer
        expect(await refusalOf(newPrefix(), randomUUID(), proxy.url)).toMatch(told)
      } finally {
        await proxy.close()
      }
    })

    it('may be tried again where no server answers', async () => {
      const proxy = await startElasticsearchProxy(stack.elasticsearchUrl)
      await proxy.close()
      const failure: unknown = await open(newPrefix(), randomUUID(), proxy.url).catch((error: unknown) => error)
      expect(failure).toBeInstanceOf(StoreUnavailable)
      expect(failure).toHaveProperty('message', expect.stringContaining(new URL(proxy.url).port))
    })
  })

  it('says that a disk is full where indices are read-only, goes on reading, and writes again when there is room', async () => {
    const prefix = newPrefix()
    const { documents, parked } = await open(prefix, randomUUID())
    await documents.write([newOrder('before')])
    const readOnly = (value: boolean) =>
      client.indices.putSettings({
        index: `${prefix}*`,
        settings: { index: { blocks: { read_only_allow_delete: value } } },
      })
    await readOnly(true)
    try {
      const failure: unknown = await documents.write([newOrder('while-full')]).catch((error: unknown) => error)
      expect(failure).toBeInstanceOf(StoreUnavailable)
      expect(failure).toHaveProperty('message', expect.stringMatching(/disk.*watermark/))
      await expect(parked.park(parkedStream('order-while-full'))).rejects.toBeInstanceOf(StoreUnavailable)
      expect((await documents.get('orders', ['before', 'while-full'])).size).toBe(1)
    } finally {
      await readOnly(false)
    }
    expect((await documents.write([newOrder('while-full')])).map(({ kind }) => kind)).toEqual(['written'])
  })

  it('blames no document where an index is closed or its alias names none to write to, and goes on when it is put right', async () => {
    const prefix = newPrefix()
    const { documents } = await open(prefix, randomUUID())
    const alias = aliasOf(prefix, 'orders')
    const [index = ''] = Object.keys(await client.indices.get({ index: alias }))
    await client.indices.close({ index })
    const whileClosed: unknown = await documents.write([newOrder('closed')]).catch((error: unknown) => error)
    expect(whileClosed).toBeInstanceOf(StoreUnavailable)
    expect(whileClosed).toHaveProperty('message', expect.stringMatching(/closed: open it/))
    await expect(documents.get('orders', ['closed'])).rejects.toThrow(/closed: open it/)
    await expect(documents.makeSearchable()).rejects.toBeInstanceOf(StoreUnavailable)
    await client.indices.open({ index, wait_for_active_shards: 1 })

    const [, writes = ''] = Object.keys((await client.indices.getAlias({ index }))[index]?.aliases ?? {}).sort()
    const setWritten = (isWritten: boolean) =>
      client.indices.putAlias({ index, name: writes, is_write_index: isWritten })
    await setWritten(false)
    const withoutTarget: unknown = await documents.write([newOrder('closed')]).catch((error: unknown) => error)
    expect(withoutTarget).toBeInstanceOf(StoreUnavailable)
    expect(withoutTarget).toHaveProperty('message', expect.stringMatching(/illegal_argument_exception.*alias/))
    await setWritten(true)
    expect((await documents.write([newOrder('closed')])).map(({ kind }) => kind)).toEqual(['written'])
  })

  it('blames a document for a text that is longer than a term may be', async () => {
    const { documents } = await open(newPrefix(), randomUUID())
    const document = orderDocument('immense', { customerId: 'x'.repeat(40_000) })
    const results = await documents.write([{ projection: 'orders', document, expected: 'absent' }, newOrder('beside')])
    expect(results.map(({ kind }) => kind)).toEqual(['rejected', 'written'])
  })

  it('notices that an index is gone: nothing reads as absent, nothing makes another one with a guessed mapping', async () => {
    const prefix = newPrefix()
    const installationId = randomUUID()
    const store = await open(prefix, installationId)
    await store.documents.write([newOrder('lost')])
    expect(await store.isReachable()).toBe(true)
    const names = Object.keys(
      await client.indices.get({ index: [aliasOf(prefix, 'orders'), `${prefix}parked-streams`] }),
    )
    await client.indices.delete({ index: names })

    await expect(store.documents.get('orders', ['lost'])).rejects.toThrow(/gone|not_found/)
    await expect(store.documents.write([newOrder('next')])).rejects.toThrow(/gone|not_found/)
    await expect(store.documents.makeSearchable()).rejects.toThrow(/gone|not_found/)
    await expect(store.parked.park(parkedStream('order-next'))).rejects.toThrow(/gone|not_found/)
    expect(await store.isReachable()).toBe(false)
    for (const index of names) expect(await client.indices.exists({ index })).toBe(false)
  })

  it('parks a stream whose id is as long as ids may be', async () => {
    const { parked } = await open(newPrefix(), randomUUID())
    const stream = parkedStream(`order-${'🦊'.repeat(128)}`)
    await parked.park({ ...stream, projection: 'orderTimelines' })
    await parked.raiseLastSkipped('orderTimelines', stream.streamId, 9)
    expect(await parked.find([stream.streamId])).toMatchObject([{ projection: 'orderTimelines', lastSkipped: 9 }])
  })

  it('lists more parked streams than one answer holds, once each, in order', async () => {
    const prefix = newPrefix()
    const { parked } = await open(prefix, randomUUID())
    await parked.park(parkedStream('order-pattern'))
    const index = `${prefix}parked-streams`
    const { hits } = await client.search<{ row: object }>({ index })
    const pattern = hits.hits[0]?._source
    const ids = Array.from({ length: 2_500 }, (_, place) => `order-${String(place).padStart(4, '0')}`)
    await client.bulk({
      index: Object.keys(await client.indices.get({ index }))[0] ?? '',
      refresh: true,
      operations: ids.flatMap((streamId) => [
        { create: { _id: streamId } },
        { ...pattern, streamId, row: { ...pattern?.row, streamId } },
      ]),
    })
    expect((await parked.list()).map(({ streamId }) => streamId)).toEqual([...ids, 'order-pattern'])
  })

  it('refuses a text that is no well-formed Unicode, whichever half is missing', async () => {
    const { documents } = await open(newPrefix(), randomUUID())
    const names = ['a\ud83e', '\udd8ab', 'a\0b', '\\udd8a', '\\\\u0000', '🦊']
    const results = await documents.write(
      names.map((customerName, place) => ({
        projection: 'orders',
        document: orderDocument(`text-${place}`, { customerName }),
        expected: 'absent',
      })),
    )
    expect(results.map(({ kind }) => kind)).toEqual([
      'rejected',
      'rejected',
      'rejected',
      'written',
      'written',
      'written',
    ])
  })

  it('INV-19 FORGET: nothing of a forgotten customer is left in what can be read or found', async () => {
    const prefix = newPrefix()
    const { documents, queries } = await open(prefix, randomUUID())
    const known = orderDocument('forget', {
      customerName: 'Wilhelmina Thistlewood',
      customerEmail: 'mina@thistlewood.example',
      shippingAddress: {
        line1: 'Quillfeather Lane 9',
        line2: 'Garret',
        city: 'Umberford',
        region: null,
        postalCode: 'QX7',
        country: 'GB',
      },
    })
    const [written] = await documents.write([{ projection: 'orders', document: known, expected: 'absent' }])
    if (written?.kind !== 'written') throw new Error('Expected the order to be written.')
    await documents.makeSearchable()
    expect(await queries.countMatches(['thistlewood'], {})).toBe(1)
    const forgotten = orderDocument('forget', { customerName: null, customerEmail: null, shippingAddress: null })
    await documents.write([{ projection: 'orders', document: forgotten, expected: written.revision }])
    await documents.makeSearchable()

    for (const word of ['wilhelmina', 'thistlewood', 'mina', 'umberford']) {
      expect(await queries.countMatches([word], {})).toBe(0)
    }
    const { hits } = await client.search({ index: `${prefix}*`, size: 100 })
    expect(hits.hits).toHaveLength(1)
    expect(JSON.stringify(hits)).not.toMatch(/wilhelmina|thistlewood|mina|quillfeather|garret|umberford|qx7/i)
  })
})

function parkedStream(streamId: string) {
  return {
    projection: 'orders',
    streamId,
    failedVersion: 4,
    lastSkipped: 4,
    eventType: 'OrderConfirmed',
    eventPosition: '1:740:12',
    error: 'unknown event type',
    attempts: 3,
    parkedAt: '2026-03-01T09:30:00.123Z',
  } as const
}

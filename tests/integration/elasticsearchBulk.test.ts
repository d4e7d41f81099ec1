import { randomUUID } from 'node:crypto'
import { inspect } from 'node:util'
import { pino } from 'pino'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type DocumentStore, type DocumentWrite, StoreUnavailable } from '../../src/read/documentStore.js'
import { openElasticsearchReadStore } from '../../src/read/elasticsearch/openElasticsearchReadStore.js'
import type { ReadStore } from '../../src/read/readStore.js'
import { BulkRefusals } from '../support/bulkRefusals.js'
import { type ElasticsearchProxy, startElasticsearchProxy } from '../support/elasticsearchProxy.js'
import { orderDocument, productDocument } from '../support/sampleDocuments.js'
import { describeOnStack } from '../support/stack/onStack.js'

describeOnStack(['elasticsearch'], 'bulks on a bad way to Elasticsearch', (stack) => {
  let proxy: ElasticsearchProxy
  let store: ReadStore
  let documents: DocumentStore
  let refusals: BulkRefusals

  beforeAll(async () => {
    proxy = await startElasticsearchProxy(stack.elasticsearchUrl)
    store = await openElasticsearchReadStore({
      url: proxy.url,
      prefix: `${stack.prefix}-`,
      installationId: randomUUID(),
      logger: pino({ level: 'fatal' }),
    })
    documents = store.documents
  })
  beforeEach(() => {
    refusals = new BulkRefusals()
    proxy.meddle = refusals.meddle
  })
  afterAll(async () => {
    await store?.close()
    await proxy?.close()
  })

  const newOrder = (id: string, replaced: Parameters<typeof orderDocument>[1] = {}): DocumentWrite => ({
    projection: 'orders',
    document: orderDocument(id, replaced),
    expected: 'absent',
  })
  async function storedIds(...ids: readonly string[]): Promise<readonly string[]> {
    return [...(await documents.get('orders', ids)).keys()].sort()
  }
  async function failureOf(work: Promise<unknown>): Promise<unknown> {
    return work.then(
      () => undefined,
      (error: unknown) => error,
    )
  }

  it('INV-11 BULK-PARTIAL: good items are written once, those refused for the moment are sent again alone, poison is told', async () => {
    await documents.write([newOrder('taken')])
    refusals.left.set('busy', 2)
    const results = await documents.write([
      newOrder('good-1'),
      newOrder('busy'),
      newOrder('poison', { createdAt: 'no instant' }),
      newOrder('taken', { version: 9 }),
      newOrder('good-2'),
    ])
    expect(results.map(({ kind }) => kind)).toEqual(['written', 'written', 'rejected', 'conflict', 'written'])
    expect(await storedIds('good-1', 'good-2', 'busy', 'poison', 'taken')).toEqual([
      'busy',
      'good-1',
      'good-2',
      'taken',
    ])
    for (const id of ['good-1', 'good-2', 'busy', 'poison']) expect(refusals.passed.get(id)).toBe(1)
    // The revisions are those of the right items: each may be written over.
    const again = ['good-1', 'busy', 'good-2'].map((id, index) => {
      const result = results[[0, 1, 4][index] ?? 0]
      if (result?.kind !== 'written') throw new Error(`Expected ${id} to be written.`)
      return { ...newOrder(id, { version: 2 }), expected: result.revision } as DocumentWrite
    })
    expect((await documents.write(again)).map(({ kind }) => kind)).toEqual(['written', 'written', 'written'])
  })

  it.each([
    { status: 400, type: 'document_parsing_exception' },
    { status: 400, type: 'mapper_parsing_exception' },
    { status: 400, type: 'strict_dynamic_mapping_exception' },
    { status: 400, type: 'illegal_argument_exception', cause: 'max_bytes_length_exceeded_exception' },
  ])('INV-11 BULK-PARTIAL: blames the document for $type $cause', async ({ status, type, cause }) => {
    refusals.with = { status, error: { type, reason: 'Ada', ...(cause && { caused_by: { type: cause } }) } }
    refusals.left.set('blamed', 1)
    const results = await documents.write([newOrder('blamed'), newOrder(`beside-${type}`)])
    expect(results).toEqual([
      { kind: 'rejected', reason: `Elasticsearch can't store it (${type})` },
      { kind: 'written', revision: expect.any(String) },
    ])
  })

  it.each([
    { status: 400, type: 'illegal_argument_exception' },
    { status: 400, type: 'index_closed_exception' },
    { status: 400, type: 'validation_exception' },
    { status: 403, type: 'security_exception' },
    { status: 404, type: 'alias_not_found_exception' },
  ])('INV-11 BULK-PARTIAL: blames no document for $type, and tells it', async ({ status, type }) => {
    refusals.with = { status, error: { type, reason: 'Ada' } }
    refusals.left.set('not-blamed', 1_000)
    const failure = await failureOf(documents.write([newOrder('not-blamed')]))
    expect(failure).toBeInstanceOf(StoreUnavailable)
    expect(failure).toHaveProperty(
      'message',
      expect.stringMatching(type === 'index_closed_exception' ? /closed/ : type),
    )
    expect(inspect(failure, { depth: 20, showHidden: true })).not.toContain('Ada')
    refusals.left.clear()
    // Over what the case before has written.
    await documents.write([newOrder('not-blamed')])
    expect(await storedIds('not-blamed')).toEqual(['not-blamed'])
  })

  it('keeps what is acknowledged where others stay refused, and has those read again', async () => {
    refusals.left.set('stays-refused', 1_000)
    const writes = [newOrder('acknowledged'), newOrder('stays-refused')]
    expect((await documents.write(writes)).map(({ kind }) => kind)).toEqual(['written', 'conflict'])
    expect(await storedIds('acknowledged', 'stays-refused')).toEqual(['acknowledged'])
    refusals.left.clear()
    expect((await documents.write(writes)).map(({ kind }) => kind)).toEqual(['conflict', 'written'])
  })

  it('is unavailable where nothing is known to be written, and says nothing of the documents', async () => {
    refusals.left.set('refused-a', 1_000).set('refused-b', 1_000)
    const byItem = await failureOf(documents.write([newOrder('refused-a'), newOrder('refused-b')]))
    proxy.meddle = async () => ({
      status: 429,
      body: JSON.stringify({ error: { type: 'circuit_breaking_exception', reason: 'Ada Lovelace' }, status: 429 }),
    })
    const asAWhole = await failureOf(documents.write([newOrder('refused-a')]))
    proxy.meddle = async () => 'cut'
    const cut = await failureOf(documents.write([newOrder('refused-a')]))
    proxy.meddle = async () => ({ status: 200, body: 'half an answer, Ada' })
    const garbled = await failureOf(documents.write([newOrder('refused-a')]))
    for (const failure of [byItem, asAWhole, cut, garbled]) {
      expect(failure).toBeInstanceOf(StoreUnavailable)
      expect(inspect(failure, { depth: 20, showHidden: true })).not.toMatch(/Ada|ada@example/)
    }
    proxy.meddle = refusals.meddle
    expect(await storedIds('refused-a', 'refused-b')).toEqual([])
  })

  it('meets its own write as a conflict where the answer was lost on the way', async () => {
    let lost = 0
    proxy.meddle = async (request, forward) => {
      const answer = await forward(request)
      if (!request.path.includes('/_bulk') || lost > 0) return answer
      lost += 1
      return 'cut'
    }
    expect(await documents.write([newOrder('answer-lost')])).toEqual([{ kind: 'conflict' }])
    expect(lost).toBe(1)
    expect((await documents.get('orders', ['answer-lost'])).get('answer-lost')?.document.version).toBe(1)
  })

  it('writes a set of any size in bounded requests, at most two at once, and keeps the results in order', async () => {
    let underWay = 0
    let most = 0
    const sizes: number[] = []
    proxy.meddle = async (request, forward) => {
      if (!request.path.includes('/_bulk')) return forward(request)
      sizes.push(request.body.split('\n').filter((line) => line !== '').length / 2)
      most = Math.max(most, ++underWay)
      try {
        return await forward(request)
      } finally {
        underWay -= 1
      }
    }
    const taken = 1_700
    await documents.write([{ projection: 'products', document: productDocument(`many-${taken}`), expected: 'absent' }])
    sizes.length = 0
    const writes = Array.from(
      { length: 3_100 },
      (_, index): DocumentWrite => ({
        projection: 'products',
        document: productDocument(`many-${index}`),
        expected: 'absent',
      }),
    )
    const results = await documents.write(writes)
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(writes.length)
    expect(Math.max(...sizes)).toBeLessThanOrEqual(1_000)
    expect(most).toBe(2)
    expect(results.flatMap(({ kind }, index) => (kind === 'written' ? [] : [[index, kind]]))).toEqual([
      [taken, 'conflict'],
    ])
  })

  it('does not take a document for absent whose shard cannot be asked', async () => {
    proxy.meddle = async (request, forward) => {
      if (!request.path.includes('/_mget')) return forward(request)
      const doc = { _index: 'any', _id: 'there', error: { type: 'no_shard_available_action_exception', reason: '' } }
      return { status: 200, body: JSON.stringify({ docs: [doc] }) }
    }
    await expect(documents.get('orders', ['there'])).rejects.toBeInstanceOf(StoreUnavailable)
    await expect(store.parked.raiseLastSkipped('orders', 'order-there', 2)).rejects.toBeInstanceOf(StoreUnavailable)
  })

  describe('a refresh that does not reach every shard', () => {
    it.each([
      { case: 'failed on a copy', shards: { total: 2, successful: 1, failed: 1 } },
      { case: 'found no primary, which counts as neither', shards: { total: 2, successful: 0, failed: 0 } },
    ])('makes nothing searchable: $case', async ({ shards }) => {
      proxy.meddle = async (request, forward) =>
        request.path.includes('_refresh')
          ? { status: 200, body: JSON.stringify({ _shards: shards }) }
          : forward(request)
      await expect(documents.makeSearchable()).rejects.toBeInstanceOf(StoreUnavailable)
      proxy.meddle = refusals.meddle
      await documents.makeSearchable()
    })

    it('makes nothing searchable where only one of the indices has a primary', async () => {
      proxy.meddle = async (request, forward) => {
        const refreshed = /^\/(.*)\/_refresh/.exec(request.path)?.[1]
        if (refreshed === undefined) return forward(request)
        const names = decodeURIComponent(refreshed).split(',')
        const missing = names.filter((name) => name.includes('orders')).length
        const shards = { total: names.length * 2, successful: names.length - missing, failed: 0 }
        return { status: 200, body: JSON.stringify({ _shards: shards }) }
      }
      await expect(documents.makeSearchable()).rejects.toBeInstanceOf(StoreUnavailable)
    })
  })
})

import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import { SliceConsumer } from '../../../../projector/consumeBatch.js'
import { EventReader } from '../../../../projector/eventReader.js'
import { DocumentRewrite } from '../../../../projector/fold/documentRewrite.js'
import { compareLooks, type Finding, type Lag } from '../../../../projector/verify/finding.js'
import { RecentCheck } from '../../../../projector/verify/recentCheck.js'
import { Repair } from '../../../../projector/verify/repair.js'
import { Verification } from '../../../../projector/verify/verification.js'
import { type Documents, PROJECTION_NAMES, type ProjectionName } from '../../../../src/contract/documents.js'
import { type DocumentStore, type DocumentWrite, StoreUnavailable } from '../../../../src/read/documentStore.js'
import { documentsIn, foldOf, projectorInMemory } from '../../../support/projectorHarness.js'
import {
  contactChanged,
  customerForgotten,
  customerRegistered,
  itemAdded,
  orderConfirmed,
  orderCreated,
  productAdded,
} from '../../../support/sampleEvents.js'

/** A shop whose every event is projected, and what looks after it. */
async function shop() {
  const harness = projectorInMemory()
  const { log, store, parked, parts, consumer } = harness
  log.append('customer-ada', customerRegistered())
  log.append('order-1', orderCreated('ada'), itemAdded(), orderConfirmed())
  log.append('customer-ada', contactChanged({ name: 'Ada King' }))
  log.append('order-2', orderCreated('nobody'))
  log.append('product-TEA', productAdded())
  await consumer.consume(log.events)
  const events = new EventReader(log.keys, log.cipher)
  const inventory = {
    async *ids(name: ProjectionName) {
      yield [...store.all(name).keys()]
    },
  }
  const checked = { scan: log, events, documents: store, parked, observer: log, inventory }
  /** As a drifted store, or another release, would have written it. */
  const drift = async <Name extends ProjectionName>(name: Name, id: string, change: Partial<Documents[Name]>) => {
    const stored = (await store.get(name, [id])).get(id)
    const document = { ...(stored?.document as Documents[Name]), ...change }
    await store.write([{ projection: name, document, expected: stored?.revision ?? 'absent' } as DocumentWrite])
  }
  const verify = async (whileWaiting?: (look: number) => Promise<unknown>, sinceSeconds?: number) => {
    const found: Finding[] = []
    const plan = { projections: PROJECTION_NAMES, sinceSeconds, graceMs: 1, signal: new AbortController().signal }
    let looks = 0
    const documents: typeof store.get = async (...query) => {
      const documents = await store.get(...query)
      // Asked for last: of everything at first, of orders later.
      if (query[0] === (looks === 0 ? 'products' : 'orders')) {
        looks += 1
        await whileWaiting?.(looks)
      }
      return documents
    }
    const parts = { ...checked, documents: { get: documents } }
    const report = await new Verification(parts, plan, (some) => void found.push(...some)).run()
    return { found, report }
  }
  let current = 1
  const generationInView = { generation: 1, generations: { current: async () => current } }
  const repairParts = { ...checked, ...generationInView, streamReader: parts.streamReader }
  const repair = new Repair({ ...repairParts, slices: () => new SliceConsumer(parts) })
  const switchReaders = () => {
    current = 2
  }
  return { ...harness, checked, drift, verify, repairParts, repair, switchReaders }
}

describe('comparing the read models with the log', () => {
  it('finds nothing where everything is as the log says', async () => {
    const { verify } = await shop()
    expect(await verify()).toEqual({ found: [], report: { streams: 4, documents: 6, differences: 0 } })
  })

  it('finds what is missing, what differs, what is extra and what is ahead, each with its stream', async () => {
    const { verify, drift } = await shop()
    await drift('orders', '1', { totalMinor: 1, customerName: 'Somebody' })
    await drift('orders', '2', { version: 7 })
    await drift('products', 'GHOST', { id: 'GHOST', version: 1 })
    const { found, report } = await verify()
    expect(found.map(({ projection, streamId, kind, fields }) => [projection, streamId, kind, fields])).toEqual([
      [
        'orders',
        'order-1',
        'differs',
        [{ field: 'customerName' }, { field: 'totalMinor', stored: '1', expected: '3240' }],
      ],
      ['orders', 'order-2', 'ahead', []],
      ['products', 'product-GHOST', 'extra', []],
    ])
    expect(report.differences).toBe(3)
  })

  it('finds an order that shows an older customer, and a customer whose orders are not swept', async () => {
    const { verify, drift } = await shop()
    await drift('orders', '1', { customerVersion: 1, customerName: 'Ada Lovelace' })
    await drift('customers', 'ada', { ordersVersion: 1 })
    const { found } = await verify()
    expect(found).toMatchObject([
      { streamId: 'order-1', kind: 'behind', fields: [{ field: 'customerVersion', stored: '1', expected: '2' }] },
      { streamId: 'customer-ada', kind: 'behind', fields: [{ field: 'ordersVersion', stored: '1', expected: '2' }] },
    ])
  })

  it('takes what catches up between two looks for what it is: in flight', async () => {
    const { verify, log, consumer } = await shop()
    const late = [
      ...log.append('order-1', itemAdded()),
      ...log.append('order-3', orderCreated('ada')),
      ...log.append('customer-ada', contactChanged({ name: 'Ada Byron' })),
    ]
    expect((await verify()).found.map(({ streamId, kind }) => `${streamId} ${kind}`)).toEqual([
      'order-1 behind',
      'order-3 missing',
      'order-1 behind',
      'order-3 missing',
      'customer-ada behind',
    ])
    const { found } = await verify(() => {
      // What came since the first look may be under way at the second.
      log.append('order-1', itemAdded())
      return consumer.consume(late)
    })
    expect(found).toEqual([])
  })

  it('takes a stream in quarantine for no difference, and one that nobody has parked for one', async () => {
    const { verify, log, consumer, parked } = await shop()
    const poison = log.append('order-1', itemAdded())
    log.damage('order-1', 4)
    await consumer.consume(log.events.filter((each) => poison.some(({ eventId }) => each.eventId === eventId)))
    expect((await verify()).found).toEqual([])
    await parked.remove('orders', 'order-1', 4)
    expect((await verify()).found).toMatchObject([{ projection: 'orders', kind: 'unreadable', storedVersion: 3 }])
  })

  it('looks at the streams of the last time alone, each once', async () => {
    const { verify, drift, log } = await shop()
    const old = log.events.splice(0, 6).map((event) => ({ ...event, recordedAt: '2020-01-01T00:00:00.000Z' }))
    log.events.unshift(...old)
    await drift('orders', '1', { totalMinor: 1 })
    await drift('orders', '2', { totalMinor: 1 })
    const { found, report } = await verify(undefined, 3_600)
    expect(report.streams).toBe(1)
    expect(found).toEqual([])
  })
})

describe('two looks at a document that is behind', () => {
  const behind = (lag: Lag): Finding => ({
    projection: 'orders',
    streamId: 'order-1',
    kind: 'behind',
    storedVersion: 7,
    logVersion: 8,
    fields: [],
    lag,
  })

  it.each([
    { first: { shown: 7, wanted: 8 }, second: { shown: 7, wanted: 9 }, outcome: 'wrong' },
    { first: { shown: 7, wanted: 8 }, second: { shown: 8, wanted: 9 }, outcome: 'in-flight' },
  ])('tell by how far it has come since: $outcome', ({ first, second, outcome }) => {
    expect(compareLooks(behind({ of: 'version', ...first }), behind({ of: 'version', ...second }))).toBe(outcome)
  })

  it('say nothing where it was behind in one thing and is behind in another', () => {
    const first = behind({ of: 'version', shown: 7, wanted: 8 })
    const second = behind({ of: 'customerVersion', shown: 1, wanted: 2 })
    expect(compareLooks(first, second)).toBe('other')
    expect(compareLooks(second, first)).toBe('other')
    const { lag: _, ...missing } = { ...first, kind: 'missing' as const }
    expect(compareLooks(missing, second)).toBe('other')
  })

  it('are followed by a third, which tells: of an order that waits for its customer now, and of one that stays so', async () => {
    for (const catchesUp of [true, false]) {
      const { verify, drift, log, consumer } = await shop()
      const [added] = log.append('order-1', itemAdded())
      if (!added) throw new Error('Expected an event.')
      const { found } = await verify(async (look) => {
        if (look === 1) {
          await consumer.consume([added])
          await drift('orders', '1', { customerVersion: 1, customerName: 'Ada Lovelace' })
        }
        if (look === 2 && catchesUp) await drift('orders', '1', { customerVersion: 2, customerName: 'Ada King' })
      })
      expect(found.map(({ kind, lag }) => [kind, lag?.of])).toEqual(catchesUp ? [] : [['behind', 'customerVersion']])
    }
  })
})

describe('repairing', () => {
  it('makes everything what the log says, and a second look finds nothing', async () => {
    const { verify, drift, repair, store, log, published } = await shop()
    log.append('order-2', itemAdded())
    await drift('orders', '1', { totalMinor: 1, customerVersion: 1, customerName: 'Ada Lovelace' })
    await drift('orderTimelines', '1', { entries: [] })
    await drift('customers', 'ada', { name: 'Somebody', ordersVersion: 9 })
    await drift('products', 'TEA', { onHand: -1 })
    published.length = 0
    const { found } = await verify()
    expect(found).toHaveLength(6)
    expect(await repair.repair(found)).toEqual(found.map((finding) => ({ finding, repaired: true })))
    expect((await verify()).found).toEqual([])
    expect(documentsIn(store)).toEqual(foldOf(log))
    expect(published).toContainEqual(expect.objectContaining({ kind: 'applied', streamId: 'order-2', version: 2 }))
  })

  it('keeps what a customer says of the orders where it is true', async () => {
    const { verify, drift, repair, store, log } = await shop()
    log.append('customer-ada', customerForgotten())
    await drift('customers', 'ada', { name: 'Somebody' })
    const { found } = await verify()
    expect(found.map(({ streamId, kind }) => `${streamId} ${kind}`)).toContain('customer-ada differs')
    await repair.repair(found)
    expect(store.all('customers').get('ada')).toMatchObject({ version: 3, ordersVersion: 3, name: null })
    expect(store.all('orders').get('1')).toMatchObject({ customerVersion: 3, customerName: null })
  })

  it('does not call repaired what the store does not take and is in quarantine now', async () => {
    const { verify, log, store, parts, repairParts } = await shop()
    log.append('order-3', orderCreated('ada'))
    const { found } = await verify()
    expect(found.map(({ kind }) => kind)).toEqual(['missing', 'missing'])
    const refusing: DocumentStore = {
      get: (...query) => store.get(...query),
      makeSearchable: () => store.makeSearchable(),
      ordersBehindCustomer: (...query) => store.ordersBehindCustomer(...query),
      write: async (writes) => {
        const taken = writes.filter(({ projection, document }) => projection !== 'orders' || document.id !== '3')
        const results = await store.write(taken)
        return writes.map((write) => results[taken.indexOf(write)] ?? { kind: 'rejected', reason: 'too large' })
      },
    }
    const repair = new Repair({
      ...repairParts,
      documents: refusing,
      slices: () => new SliceConsumer({ ...parts, documents: refusing }),
    })
    expect(await repair.repair(found)).toMatchObject(
      found.map(({ projection }) =>
        projection === 'orders'
          ? { repaired: false, reason: expect.stringContaining('too large') }
          : { repaired: true },
      ),
    )
  })

  it('writes an order with the customer of now, and not with the one of an earlier repair', async () => {
    const { drift, repair, verify, consumer, store, log } = await shop()
    await drift('orders', '1', { totalMinor: 1 })
    await repair.repair((await verify()).found)
    const count = log.events.length
    log.append('customer-ada', customerForgotten())
    await consumer.consume(log.events.slice(count))
    await drift('orders', '1', { totalMinor: 1, customerVersion: 3, customerName: null, customerEmail: null })
    await repair.repair((await verify()).found)
    expect(store.all('orders').get('1')).toMatchObject({ customerVersion: 3, customerName: null })
  })

  it('never takes an order back to an older customer, where the log can be read less far than it was', async () => {
    const { drift, checked, store, log } = await shop()
    log.damage('customer-ada', 2)
    await drift('orders', '1', { totalMinor: 1 })
    await new DocumentRewrite(checked).rewrite({ projection: 'orders', streamId: 'order-1' })
    const shown = { totalMinor: 3240, customerVersion: 2, customerName: 'Ada King' }
    expect(store.all('orders').get('1')).toMatchObject(shown)
  })

  it('writes and announces nothing any more in a generation that readers have left', async () => {
    const { drift, repair, verify, switchReaders, store, published } = await shop()
    await drift('orders', '1', { totalMinor: 1 })
    const { found } = await verify()
    published.length = 0
    switchReaders()
    await expect(repair.repair(found)).rejects.toThrow('they were switched to 2 meanwhile')
    expect(store.all('orders').get('1')).toMatchObject({ totalMinor: 1 })
    expect(published).toEqual([])
  })

  it('says what it cannot mend', async () => {
    const { verify, drift, repair } = await shop()
    await drift('products', 'GHOST', { id: 'GHOST', version: 1 })
    expect(await repair.repair((await verify()).found)).toMatchObject([{ repaired: false }])
  })
})

describe('the slow check of recent documents', () => {
  it('warns of what differs at two looks, with names of fields alone, and counts', async () => {
    const { checked, drift, log } = await shop()
    const lines: string[] = []
    const logger = pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) })
    const check = new RecentCheck({ ...checked, logger }, 0)
    const end = () => log.events.at(-1)?.position ?? { era: 0, transactionId: '0', position: '0' }
    await drift('orders', '1', { totalMinor: 1, customerName: 'Somebody' })
    await check.step(end())
    expect(check.counts).toEqual({ compared: 4, differing: 0 })
    await check.step(end())
    expect(check.counts).toEqual({ compared: 4, differing: 1 })
    expect(lines).toHaveLength(1)
    expect(lines[0]).toContain('"fields":["customerName","totalMinor"]')
    expect(lines[0]).not.toContain('Somebody')
    await check.step(end())
    expect(check.counts).toEqual({ compared: 4, differing: 1 })
  })

  it('sees an order that shows an older customer than the one it was once compared with', async () => {
    const { checked, drift, log, consumer } = await shop()
    const check = new RecentCheck({ ...checked, logger: pino({ level: 'silent' }) }, 0)
    const end = () => log.events.at(-1)?.position ?? { era: 0, transactionId: '0', position: '0' }
    await check.step(end())
    const count = log.events.length
    log.append('customer-ada', contactChanged({ name: 'Ada Byron' }))
    log.append('order-1', itemAdded())
    await consumer.consume(log.events.slice(count))
    await drift('orders', '1', { customerVersion: 2, customerName: 'Ada King' })
    await check.step(end())
    await check.step(end())
    expect(check.counts.differing).toBe(1)
  })

  it('keeps what it has to look at again while the store does not answer', async () => {
    const { checked, drift, log, store } = await shop()
    let isAway = false
    const get: typeof store.get = (...query) =>
      isAway ? Promise.reject(new StoreUnavailable('away')) : store.get(...query)
    const check = new RecentCheck({ ...checked, documents: { get }, logger: pino({ level: 'silent' }) }, 0)
    const end = log.events.at(-1)?.position ?? { era: 0, transactionId: '0', position: '0' }
    await drift('products', 'TEA', { onHand: -1 })
    isAway = true
    await expect(check.step(end)).rejects.toThrow('away')
    isAway = false
    await check.step(end)
    isAway = true
    await expect(check.step(end)).rejects.toThrow('away')
    isAway = false
    await check.step(end)
    expect(check.counts).toEqual({ compared: 4, differing: 1 })
  })

  it('waits for a projector that has not come so far', async () => {
    const { checked, drift, log } = await shop()
    await drift('orders', '1', { totalMinor: 1 })
    const check = new RecentCheck({ ...checked, logger: pino({ level: 'silent' }) }, 0)
    await check.step(log.events[0]?.position ?? { era: 0, transactionId: '0', position: '0' })
    expect(check.counts.compared).toBe(0)
  })
})

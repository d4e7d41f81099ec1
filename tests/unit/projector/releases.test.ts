import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { EventReader } from '../../../projector/eventReader.js'
import { DocumentRewrite } from '../../../projector/fold/documentRewrite.js'
import { Releases } from '../../../projector/releases.js'
import { StoreUnavailable } from '../../../src/read/documentStore.js'
import { QuarantineDesk } from '../../../src/read/quarantineDesk.js'
import { documentsIn, foldOf, projectorInMemory, silentLogger } from '../../support/projectorHarness.js'
import {
  customerForgotten,
  customerRegistered,
  itemAdded,
  orderConfirmed,
  orderCreated,
  orderShipped,
} from '../../support/sampleEvents.js'

/** A stream that is parked at its second event, of three. */
async function parkedOrder() {
  const harness = projectorInMemory()
  const { log, store, parked, consumer } = harness
  const [, poison] = log.append('order-1', orderCreated('nobody'), itemAdded(), orderConfirmed())
  if (!poison) throw new Error('Expected three events.')
  log.damage('order-1', 2)
  await consumer.consume(log.events)
  const rewrite = new DocumentRewrite({ scan: log, events: new EventReader(log.keys, log.cipher), documents: store })
  const releases = new Releases({ parked, slices: consumer, rewrite, logger: silentLogger })
  const answerAll = async (by = releases) => {
    for (const row of await by.asked()) await by.answer(row)
  }
  return { ...harness, poison, rewrite, releases, answerAll, desk: new QuarantineDesk(parked) }
}

let harness: Awaited<ReturnType<typeof parkedOrder>>
let atWork: NodeJS.Timeout | undefined
beforeEach(async () => {
  harness = await parkedOrder()
})
afterEach(() => clearInterval(atWork))

/** As the projector does it, beside who asks. */
function answering(): void {
  atWork = setInterval(() => void harness.answerAll(), 5)
}

describe('asking for a stream in quarantine to be taken up again', () => {
  it('applies and announces what was passed over once the cause is gone', async () => {
    const { log, desk, store, parked, poison, published } = harness
    log.repair(poison)
    published.length = 0
    answering()
    expect(await desk.ask('order-1', 'retry', { timeoutMs: 5_000 })).toEqual({ kind: 'released' })
    expect(await parked.list()).toEqual([])
    expect(documentsIn(store)).toEqual(foldOf(log))
    expect(published.some((each) => each.kind === 'applied' && each.version === 1)).toBe(false)
  })

  it('leaves a stream parked whose event is still poison, one try more, since when it was', async () => {
    const [before] = await harness.desk.list()
    answering()
    const outcome = await harness.desk.ask('order-1', 'retry', { timeoutMs: 5_000 })
    expect(outcome).toMatchObject({
      kind: 'still-parked',
      rows: [{ failedVersion: 2, attempts: 2, parkedAt: before?.parkedAt, lastSkipped: 3 }, { attempts: 2 }],
    })
  })

  it('moves on to a later event that fails, and says what is wrong with that one', async () => {
    const { log, desk, poison } = harness
    await harness.consumer.consume(log.append('order-1', orderShipped()))
    log.repair(poison)
    log.damage('order-1', 4)
    answering()
    expect(await desk.ask('order-1', 'retry', { timeoutMs: 5_000 })).toMatchObject({
      kind: 'still-parked',
      rows: [
        { failedVersion: 4, attempts: 1, lastSkipped: 4, error: expect.stringContaining('version 4') },
        { failedVersion: 4, attempts: 1 },
      ],
    })
  })

  it('release writes the document anew from the log, and announces every version', async () => {
    const { log, desk, store, poison, published } = harness
    const stored = (await store.get('orders', ['1'])).get('1')
    if (!stored) throw new Error('Expected the order.')
    const document = { ...stored.document, region: 'Atlantis' }
    await store.write([{ projection: 'orders', document, expected: stored.revision }])
    log.repair(poison)
    published.length = 0
    answering()
    expect(await desk.ask('order-1', 'release', { timeoutMs: 5_000 })).toEqual({ kind: 'released' })
    expect(documentsIn(store)).toEqual(foldOf(log))
    const versions = published.flatMap((each) => (each.kind === 'applied' ? [each.version] : []))
    // Days may have gone by, and most of them were visible before: nothing to measure the time to visible by.
    expect(published.filter((each) => each.kind === 'applied' && each.recordedAt !== undefined)).toEqual([])
    expect(versions).toEqual([1, 2, 3, 1, 2, 3])
  })

  it('INV-17 MERGE: does not bring back the name of a customer who was forgotten since another release', async () => {
    const { log, store, consumer, desk } = harness
    const project = async (...events: Parameters<typeof log.append>) => {
      const count = log.events.length
      log.append(...events)
      await consumer.consume(log.events.slice(count))
    }
    await project('customer-ada', customerRegistered())
    for (const id of ['order-8', 'order-9']) {
      const [, poison] = log.append(id, orderCreated('ada'), itemAdded())
      if (!poison) throw new Error('Expected two events.')
      log.damage(id, 2)
      await consumer.consume(log.events.slice(-2))
    }
    answering()
    expect(await desk.ask('order-8', 'release', { timeoutMs: 5_000 })).toMatchObject({ kind: 'still-parked' })
    await project('customer-ada', customerForgotten())
    const shown = { customerVersion: 2, customerName: null, customerEmail: null }
    expect(store.all('orders').get('9')).toMatchObject(shown)
    expect(await desk.ask('order-9', 'release', { timeoutMs: 5_000 })).toMatchObject({ kind: 'still-parked' })
    expect(store.all('orders').get('9')).toMatchObject(shown)
  })

  it('stays asked for where no projector runs, and is done by the next', async () => {
    const { log, desk, parked, poison, answerAll } = harness
    log.repair(poison)
    const outcome = await desk.ask('order-1', 'retry', { timeoutMs: 1 })
    expect(outcome).toMatchObject({ kind: 'asked', rows: [{ request: { kind: 'retry', taken: null } }, {}] })
    await answerAll()
    expect(await parked.list()).toEqual([])
  })

  it('is done by one projector of several; where that one has died, by another', async () => {
    const { desk, parked, rewrite, consumer, releases, answerAll } = harness
    await desk.ask('order-1', 'retry', { timeoutMs: 1 })
    for (const row of await parked.list()) {
      if (!row.request) throw new Error('Expected a request.')
      await parked.changeRequest(row, row.request, { ...row.request, taken: { by: 'x', at: new Date().toISOString() } })
    }
    expect(await releases.asked()).toEqual([])
    for (const row of await parked.list()) {
      const taken = { by: 'x', at: '2026-01-01T00:00:00.000Z' }
      if (row.request) await parked.changeRequest(row, row.request, { ...row.request, taken })
    }
    await answerAll(new Releases({ parked, slices: consumer, rewrite, logger: silentLogger }))
    expect((await parked.list()).map(({ request, attempts }) => [request, attempts])).toEqual([
      [null, 2],
      [null, 2],
    ])
  })

  it('is asked for again where the store was not there for it', async () => {
    const { desk, parked, rewrite } = harness
    await desk.ask('order-1', 'retry', { timeoutMs: 1 })
    const slices = { release: () => Promise.reject(new StoreUnavailable('away')) }
    const releases = new Releases({ parked, slices, rewrite, logger: silentLogger })
    const [row] = await releases.asked()
    if (!row) throw new Error('Expected a request.')
    await expect(releases.answer(row)).rejects.toThrow('away')
    expect(await releases.asked()).toHaveLength(2)
  })

  it('answers for a stream that is not parked', async () => {
    expect(await harness.desk.ask('order-2', 'retry', { timeoutMs: 1 })).toEqual({ kind: 'not-parked' })
  })
})

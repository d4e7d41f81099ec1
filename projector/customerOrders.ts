import type { Logger } from 'pino'
import type { CustomerDocument } from '../src/contract/documents.js'
import type { ProjectionResult } from '../src/contract/projectionResult.js'
import { streamIdOf } from '../src/contract/streams.js'
import type { DocumentStore } from '../src/read/documentStore.js'
import { isRetriable } from '../src/waiting/isRetriable.js'
import type { StreamReader } from '../src/write/eventStore/eventStore.js'
import { DocumentSlot } from './documentSlot.js'
import type { DocumentsInHand } from './documentsInHand.js'
import type { EventReader } from './eventReader.js'
import { faultText } from './faults.js'
import { factsOf } from './projections/projection.js'
import { project } from './projections/registry.js'
import { type CustomerSide, withCustomer } from './projections/withCustomer.js'
import type { Quarantine } from './quarantine.js'

type OrderSlot = DocumentSlot<'orders'>
type CustomerSlot = DocumentSlot<'customers'>

/** Of a sweep; a page is read, changed and written before the next. */
const ORDERS_PER_PAGE = 500

interface Written {
  readonly count: number
  /** Orders that can't be stored with their customer of now, and are parked for it. */
  readonly parked: readonly OrderSlot[]
}

interface SweepPass extends Written {
  /** Orders that lists showed with an older customer. */
  readonly found: number
}

/**
 * Keeps the customer's name on the customer's orders, while both change, in projectors that know nothing of each other.
 *
 *   order side:    read the customer ► write the order ► look at the customer again; moved? write the order again
 *   customer side: write the customer ► make the orders searchable ► sweep the orders that show an older one ► record `ordersVersion`
 *
 * Nobody falls between the two: when the second look did not see the customer's write yet, the order was written before that write, so the
 * sweep behind it finds the order.
 */
export class CustomerOrders {
  readonly #documents: DocumentsInHand
  readonly #store: DocumentStore
  readonly #streams: StreamReader
  readonly #events: EventReader
  readonly #quarantine: Pick<Quarantine, 'parkShown'>
  readonly #logger: Logger

  constructor(parts: {
    readonly documents: DocumentsInHand
    readonly store: DocumentStore
    readonly streams: StreamReader
    readonly events: EventReader
    readonly quarantine: Pick<Quarantine, 'parkShown'>
    readonly logger: Logger
  }) {
    this.#documents = parts.documents
    this.#store = parts.store
    this.#streams = parts.streams
    this.#events = parts.events
    this.#quarantine = parts.quarantine
    this.#logger = parts.logger
  }

  /**
   * Puts the customer into new orders, before their first write. known: customers folded in the same slice.
   */
  async fillNew(orders: readonly OrderSlot[], known: ReadonlyMap<string, CustomerDocument>): Promise<void> {
    const unfilled = orders.filter((slot) => slot.isPending && slot.current?.customerVersion === 0)
    const customerIds = new Set(unfilled.flatMap((slot) => slot.current?.customerId ?? []))
    const slots = [...customerIds].filter((id) => !known.has(id)).map((id) => new DocumentSlot('customers', id))
    await this.#documents.load(slots)
    const sides = new Map<string, CustomerSide>(known)
    for (const slot of slots) {
      const side = slot.current ?? (await this.#fromLog(slot.id))
      if (side) sides.set(slot.id, side)
    }
    for (const slot of unfilled) showCustomer(slot, sides)
  }

  /**
   * The order side's second look, after the orders are written: one read of the customers for all of them. Returns those that had to be parked,
   * because the store does not take them with their customer.
   */
  async lookAgain(orders: readonly OrderSlot[]): Promise<readonly OrderSlot[]> {
    const customerIds = new Set(orders.flatMap((slot) => slot.current?.customerId ?? []))
    const found = await this.#documents.read('customers', [...customerIds])
    const sides = new Map([...found].map(([id, { document }]) => [id, document]))
    const { parked } = await this.#writeWith(sides, orders)
    return parked
  }

  /**
   * The customer side's after-duty, also where the customer's events had been applied before: whoever applied them may have died at any point.
   * customers: written. shownEverywhere: resolves when no gateway shows an order older than it was written here. Returns what is to be announced when all of their orders show them, but for those that had to be parked.
   */
  async sweep(
    customers: readonly CustomerSlot[],
    shownEverywhere: () => Promise<void>,
  ): Promise<readonly ProjectionResult[]> {
    const due = customers.flatMap((slot) =>
      slot.current && slot.current.ordersVersion < slot.current.version ? [slot.current] : [],
    )
    const parked: OrderSlot[] = []
    if (due.length > 0) {
      await this.#store.makeSearchable()
      for (const customer of due) parked.push(...(await this.#sweepOne(customer)))
      // Before it is recorded: whoever finds the record believes that every order shows the customer, whatever it is read through.
      await shownEverywhere()
      await this.#recordOrdersVersions(new Map(due.map(({ id, version }) => [id, version])), customers)
    }
    return [
      ...parked.map(
        ({ projection, id, version }): ProjectionResult => ({
          kind: 'parked',
          projections: [projection],
          streamId: streamIdOf('order', id),
          version,
        }),
      ),
      ...customers.flatMap(({ id, current }): ProjectionResult[] =>
        current
          ? [{ kind: 'ordersOfCustomer', streamId: streamIdOf('customer', id), version: current.ordersVersion }]
          : [],
      ),
    ]
  }

  /** Until a pass from the beginning changes none: what a search store shows may lag behind what was written. Returns the orders parked. */
  async #sweepOne(customer: CustomerDocument): Promise<readonly OrderSlot[]> {
    for (;;) {
      const pass = await this.#sweepPass(customer)
      if (pass.found > 0) await this.#store.makeSearchable()
      if (pass.count === 0) return pass.parked
    }
  }

  async #sweepPass(customer: CustomerDocument): Promise<SweepPass> {
    const sides = new Map([[customer.id, customer]])
    const parked: OrderSlot[] = []
    let found = 0
    let count = 0
    for (let after: string | undefined; ; ) {
      const page = { limit: ORDERS_PER_PAGE, ...(after === undefined ? {} : { after }) }
      const ids = await this.#store.ordersBehindCustomer(customer.id, customer.version, page)
      after = ids.at(-1)
      if (after === undefined) return { found, count, parked }
      const slots = ids.map((id) => new DocumentSlot('orders', id))
      await this.#documents.load(slots)
      found += ids.length
      const written = await this.#writeWith(sides, slots)
      count += written.count
      parked.push(...written.parked)
    }
  }

  /** An order that the store refuses for good keeps the customer that it shows, and stands still until somebody has looked at it. */
  async #writeWith(sides: ReadonlyMap<string, CustomerSide>, orders: readonly OrderSlot[]): Promise<Written> {
    const parked: OrderSlot[] = []
    let count = 0
    for (let open = orders; open.length > 0; ) {
      for (const slot of open) showCustomer(slot, sides)
      const pending = open.filter((slot) => slot.isPending)
      const { conflicts, rejections } = await this.#documents.write(pending)
      count += pending.length - conflicts.length - rejections.length
      for (const { slot, reason } of rejections) {
        if (slot.projection !== 'orders') continue
        await this.#park(slot, reason)
        parked.push(slot)
      }
      open = conflicts.filter((slot): slot is OrderSlot => slot.projection === 'orders')
      await this.#documents.load(open)
    }
    return { count, parked }
  }

  async #park(order: OrderSlot, reason: string): Promise<void> {
    await this.#documents.load([order])
    const [event] = await this.#streams.readStream(streamIdOf('order', order.id), order.version, order.version)
    await this.#quarantine.parkShown(order, event, reason)
  }

  async #recordOrdersVersions(swept: ReadonlyMap<string, number>, customers: readonly CustomerSlot[]): Promise<void> {
    for (let open = customers.filter(({ id }) => swept.has(id)); open.length > 0; ) {
      for (const slot of open) {
        const { current } = slot
        const ordersVersion = swept.get(slot.id) ?? 0
        if (current && current.ordersVersion < ordersVersion) slot.replace({ ...current, ordersVersion })
      }
      const { conflicts } = await this.#documents.write(open.filter((slot) => slot.isPending))
      open = conflicts.filter((slot): slot is CustomerSlot => slot.projection === 'customers')
      await this.#documents.load(open)
    }
  }

  /** A customer's document that is absent is a gap, not a null: another projector has not come so far, but the log knows the customer. */
  async #fromLog(customerId: string): Promise<CustomerSide | undefined> {
    const envelopes = await this.#streams.readStream(streamIdOf('customer', customerId), 1)
    const decode = await this.#events.prepare(envelopes)
    let document: CustomerDocument | undefined
    try {
      for (const envelope of envelopes) document = project('customers', document, decode(envelope), factsOf(envelope))
    } catch (error) {
      if (isRetriable(error)) throw error
      // The customer's own stream gets parked for it; the order goes on and is swept when the customer is released.
      this.#logger.error({ customerId, fault: faultText(error) }, "A new order's customer can't be read from the log")
      return undefined
    }
    return document
  }
}

function showCustomer(slot: OrderSlot, sides: ReadonlyMap<string, CustomerSide>): void {
  const order = slot.current
  const side = order && sides.get(order.customerId)
  if (side) slot.replace(withCustomer(order, side))
}

import type { Logger } from 'pino'
import type { CommandContext, CommandHandlers, CommandOutcome } from '../write/index.js'
import { readSuperstore, type SampleCustomer, type SampleOrder, type SampleProduct } from './superstore.js'

/** What the importer asks of the log: whether somebody else's data is there, and how far an earlier import came. */
export interface ImportLedger {
  isEmpty(): Promise<boolean>
  hasCommand(principal: string, commandId: string): Promise<boolean>
}

export interface ImportSummary {
  readonly products: number
  readonly customers: number
  readonly orders: number
  /** Under the minimum amount: the rule said no. */
  readonly refusedOrders: number
  readonly elapsedMs: number
}

const PRINCIPAL = 'import'
const DAY_MS = 86_400_000
/** Orders that are under way together: enough to fill a group commit, few enough that callers' commands find their place between them. */
const WINDOW = 64
const PROGRESS_EVERY_MS = 2_000

/**
 * Imports the sample order history through the command handlers, with the dates of the data, in the order of its dates.
 *
 * Every command has an id of its own, made from the data: killed and started again it goes through them once more and nothing happens
 * twice. The last command of all stands for "complete". On a log that holds other data it does nothing. Returns undefined when it did
 * nothing or `signal` stopped it.
 */
export async function importSampleData(options: {
  readonly handlers: CommandHandlers
  readonly ledger: ImportLedger
  readonly logger: Logger
  readonly signal: AbortSignal
  /** A random W3C traceparent, for each command. */
  readonly newTraceparent: () => string
}): Promise<ImportSummary | undefined> {
  const { ledger, logger, signal } = options
  const orders = readSuperstore()
  const started = await ledger.hasCommand(PRINCIPAL, firstCommandIdOf(orders))
  if (!started && !(await ledger.isEmpty())) return undefined
  if (started && (await ledger.hasCommand(PRINCIPAL, deliverCommandIdOf(lastDelivered(orders))))) return undefined

  const startedAt = Date.now()
  const run = new ImportRun(options.handlers, options.newTraceparent, lastDelivered(orders))
  let reportedAt = startedAt
  logger.info(`sample data: importing ${count(orders.length)} orders in the background`)
  await run.begin(orders)
  for (let from = 0; from < orders.length; from += WINDOW) {
    if (signal.aborted) return undefined
    await run.window(orders.slice(from, from + WINDOW))
    if (Date.now() - reportedAt >= PROGRESS_EVERY_MS) {
      reportedAt = Date.now()
      const done = Math.min(from + WINDOW, orders.length)
      logger.info(
        `sample data: ${count(done)} of ${count(orders.length)} orders (${Math.floor((100 * done) / orders.length)} %)`,
      )
    }
  }
  await run.complete()
  const summary = { ...run.totals(), elapsedMs: Date.now() - startedAt }
  logger.info(
    `sample data: done in ${(summary.elapsedMs / 1000).toFixed(1)} s: ${count(summary.products)} products, ${count(summary.customers)} customers, ` +
      `${count(summary.orders)} orders; ${count(summary.refusedOrders)} of ${count(orders.length)} were under 10.00 USD and refused by the rule`,
  )
  return summary
}

class ImportRun {
  readonly #handlers: CommandHandlers
  readonly #newTraceparent: () => string
  readonly #last: SampleOrder
  readonly #products = new Set<SampleProduct>()
  readonly #customers = new Set<SampleCustomer>()
  #standing = 0
  #refused = 0

  constructor(handlers: CommandHandlers, newTraceparent: () => string, last: SampleOrder) {
    this.#handlers = handlers
    this.#newTraceparent = newTraceparent
    this.#last = last
  }

  totals(): Omit<ImportSummary, 'elapsedMs'> {
    return {
      products: this.#products.size,
      customers: this.#customers.size,
      orders: this.#standing,
      refusedOrders: this.#refused,
    }
  }

  /** The mark of a begun import: one command alone, before any other. */
  async begin(orders: readonly SampleOrder[]): Promise<void> {
    await Promise.all(unseen(this.#products, firstProductOf(orders)).map((product) => this.#addProduct(product)))
  }

  /** One step of all orders at a time, so that the log keeps to the order of the data and each step is a commit or two. */
  async window(orders: readonly SampleOrder[]): Promise<void> {
    const products = unseen(
      this.#products,
      orders.flatMap((order) => order.lines.map((line) => line.product)),
    )
    const customers = unseen(
      this.#customers,
      orders.map((order) => order.customer),
    )
    await Promise.all([
      ...products.map((product) => this.#addProduct(product)),
      ...customers.map((customer) => this.#register(customer)),
    ])
    const created = await Promise.all(orders.map(async (order) => ({ order, total: await this.#create(order) })))
    const standing = created.flatMap(({ order, total }) => (total === undefined ? [] : [{ order, total }]))
    this.#standing += standing.length
    this.#refused += orders.length - standing.length
    await Promise.all(standing.map(({ order, total }) => this.#pay(order, total)))
    await Promise.all(standing.map(({ order }) => this.#confirm(order)))
    await Promise.all(standing.map(({ order }) => this.#ship(order)))
    await Promise.all(standing.filter(({ order }) => order !== this.#last).map(({ order }) => this.#deliver(order)))
  }

  /** The mark of a complete import: one command alone, after all others are in. */
  async complete(): Promise<void> {
    await this.#deliver(this.#last)
  }

  async #addProduct(product: SampleProduct): Promise<void> {
    const outcome = await this.#handlers.product(
      {
        type: 'AddProduct',
        sku: product.sku,
        name: product.name,
        category: product.category,
        unitPrice: usd(product.unitPriceMinor),
        onHand: 1_000_000,
      },
      this.#context(productCommandIdOf(product), product.firstOrderedAt),
    )
    accepted(outcome)
  }

  async #register(customer: SampleCustomer): Promise<void> {
    const outcome = await this.#handlers.customer(
      {
        type: 'RegisterCustomer',
        customerId: customer.id,
        name: customer.name,
        email: `${customer.id.toLowerCase()}@example.com`,
      },
      this.#context(`customer/${customer.id}`, customer.firstOrderedAt),
    )
    accepted(outcome)
  }

  /** The order's total in US cents, or undefined where the minimum amount refused it. */
  async #create(order: SampleOrder): Promise<bigint | undefined> {
    const outcome = await this.#handlers.order(
      {
        type: 'CreateOrder',
        orderId: order.id,
        customerId: order.customer.id,
        items: order.lines.map(({ product, quantity }) => ({ sku: product.sku, quantity })),
        shippingAddress: {
          line1: 'not in the data',
          line2: null,
          city: order.city,
          region: order.region,
          postalCode: order.postalCode,
          country: 'US',
        },
      },
      this.#context(createCommandIdOf(order), order.orderedAt),
    )
    if (outcome.kind === 'refused' && outcome.code === 'BELOW_MINIMUM_AMOUNT') return undefined
    return accepted(outcome).state.total.amountMinor
  }

  async #pay(order: SampleOrder, total: bigint): Promise<void> {
    const outcome = await this.#handlers.order(
      { type: 'RecordPayment', orderId: order.id, amount: usd(total), reference: `payment of ${order.id}` },
      this.#context(`order/${order.id}/pay`, order.orderedAt),
    )
    accepted(outcome)
  }

  async #confirm(order: SampleOrder): Promise<void> {
    const outcome = await this.#handlers.order(
      { type: 'ConfirmOrder', orderId: order.id },
      this.#context(`order/${order.id}/confirm`, order.orderedAt),
    )
    accepted(outcome)
  }

  async #ship(order: SampleOrder): Promise<void> {
    const outcome = await this.#handlers.order(
      { type: 'ShipOrder', orderId: order.id, trackingNumber: `TRACK-${order.id}` },
      this.#context(`order/${order.id}/ship`, order.shippedAt),
    )
    accepted(outcome)
  }

  async #deliver(order: SampleOrder): Promise<void> {
    const deliveredAt = new Date(Date.parse(order.shippedAt) + 3 * DAY_MS).toISOString()
    const outcome = await this.#handlers.order(
      { type: 'DeliverOrder', orderId: order.id },
      this.#context(deliverCommandIdOf(order), deliveredAt),
    )
    accepted(outcome)
  }

  #context(commandId: string, occurredAt: string): CommandContext {
    return {
      principal: PRINCIPAL,
      commandId,
      occurredAt,
      traceparent: this.#newTraceparent(),
      correlationId: 'sample-data',
    }
  }
}

/** A refusal here is a fault of the import, not of the data: it stops, says which rule, and can be started again. */
function accepted<State>(outcome: CommandOutcome<State>): Extract<CommandOutcome<State>, { kind: 'accepted' }> {
  if (outcome.kind === 'accepted') return outcome
  throw new Error(`The import stopped: a command was refused with ${outcome.code}: ${outcome.message}`)
}

/** The members of `all` that are new to `seen`, which then knows them. */
function unseen<Member>(seen: Set<Member>, all: readonly Member[]): Member[] {
  const fresh = [...new Set(all)].filter((member) => !seen.has(member))
  for (const member of fresh) seen.add(member)
  return fresh
}

function createCommandIdOf(order: SampleOrder): string {
  return `order/${order.id}/create`
}

function deliverCommandIdOf(order: SampleOrder): string {
  return `order/${order.id}/deliver`
}

function productCommandIdOf(product: SampleProduct): string {
  return `product/${product.sku}`
}

function firstProductOf(orders: readonly SampleOrder[]): SampleProduct[] {
  return orders.slice(0, 1).flatMap((order) => order.lines.slice(0, 1).map((line) => line.product))
}

function firstCommandIdOf(orders: readonly SampleOrder[]): string {
  return firstProductOf(orders).map(productCommandIdOf).join()
}

/** The last order that the minimum amount lets stand. */
function lastDelivered(orders: readonly SampleOrder[]): SampleOrder {
  const last = orders.findLast((order) => totalMinorOf(order) >= 1_000n)
  if (!last) throw new Error('The sample data holds no order of 10.00 or more.')
  return last
}

function totalMinorOf(order: SampleOrder): bigint {
  return order.lines.reduce((sum, { product, quantity }) => sum + product.unitPriceMinor * BigInt(quantity), 0n)
}

function usd(amountMinor: bigint): { readonly amount: string; readonly currency: string } {
  const cents = amountMinor.toString().padStart(3, '0')
  return { amount: `${cents.slice(0, -2)}.${cents.slice(-2)}`, currency: 'USD' }
}

function count(value: number): string {
  return value.toLocaleString('en-US')
}

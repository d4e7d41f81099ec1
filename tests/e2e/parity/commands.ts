import * as fc from 'fast-check'
import type { Step } from './steps.js'

/** Few of each, so that commands meet: most orders get several, some of them refused. */
export const CUSTOMERS = ids('customer', 8)
export const PRODUCTS = ids('SKU', 8)
export const ORDERS = ids('order', 50)

export const NAMES = ['Ada Lovelace', 'Zoë Müller-Lüdenscheidt', 'Jean-Luc d’Arc', 'Nguyễn Thị Ánh', 'Bo Li']
export const PRODUCT_NAMES = [
  'Oak Chair',
  'Folding Table (white)',
  'Café Crème Set',
  'Hon Deluxe Stacking Chairs',
  'Ink',
]
export const CITIES = ['Henderson', 'São Paulo', 'Łódź', 'New York City']
export const REGIONS = ['Kentucky', 'SP', null, 'kentucky']
export const CURRENCIES = ['USD', 'JPY', 'KWD']

const RESULT = `
  receipt { commandId streamId version duplicate token }
  userErrors { code message field retryable }`
const ORDER_RESULT = `${RESULT}
  order {
    id version status customerId estimatedDelivery totalAmount { amount currency } paidAmount { amount currency }
    items { sku productName quantity unitPrice { amount currency } lineTotal { amount currency } }
  }`

function command(
  name: string,
  result: string,
  input: fc.Arbitrary<Readonly<Record<string, unknown>>>,
): fc.Arbitrary<Step> {
  const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input`
  const operation = `mutation ($input: ${type}!) { ${name}(input: $input) { ${result} } }`
  return input.map((value) => ({ operation, variables: () => ({ input: value }) }))
}

/** One of four. */
function seldom<Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> {
  return fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value })
}

/** The first of them in nine of ten. */
function mostly<Value>(usual: Value, ...others: readonly Value[]): fc.Arbitrary<Value> {
  return fc.oneof({ weight: 9, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constantFrom(...others) })
}

const orderId = fc.constantFrom(...ORDERS)
const customerId = fc.constantFrom(...CUSTOMERS)
const sku = fc.constantFrom(...PRODUCTS)
/** From a small pool, so that some are repeats, of the same request and of others. */
const commandId = seldom(fc.constantFrom(...ids('command', 60)))
const expectedVersion = seldom(fc.integer({ min: 1, max: 4 }))
const money = fc.record({
  amount: fc.constantFrom('4', '10.50', '20.00', '243.98', '1500', '0.001', '9007199254740.99'),
  currency: mostly('USD', ...CURRENCIES),
})
const item = fc.record({ sku, quantity: mostly(2, 1, 3, 7, 100, 0) })
const address = fc.record({
  line1: fc.constantFrom('High Street 1', 'Straße 12 <b>'),
  line2: fc.constantFrom(null, 'c/o Bo Li'),
  city: fc.constantFrom(...CITIES),
  region: fc.constantFrom(...REGIONS),
  postalCode: fc.constant('42420'),
  country: mostly('US', 'BR', 'XX'),
})
const name = fc.constantFrom(...NAMES)
const email = mostly('ada@example.com', 'zoe.mueller@example.org', 'no address')

/** The usual way of an order more often than the rest. */
const anyCommand = fc.oneof(
  { weight: 2, arbitrary: command('registerCustomer', RESULT, fc.record({ commandId, customerId, name, email })) },
  { weight: 1, arbitrary: command('changeCustomerContact', RESULT, fc.record({ customerId, expectedVersion, name })) },
  {
    weight: 2,
    arbitrary: command(
      'addProduct',
      RESULT,
      fc.record({
        sku,
        name: fc.constantFrom(...PRODUCT_NAMES),
        category: fc.constantFrom(null, 'Chairs'),
        unitPrice: money,
        onHand: fc.constantFrom(0, 50),
      }),
    ),
  },
  { weight: 1, arbitrary: command('changeProductPrice', RESULT, fc.record({ sku, unitPrice: money })) },
  {
    weight: 1,
    arbitrary: command(
      'updateInventory',
      RESULT,
      fc.record({ sku, adjustBy: fc.constantFrom(-60, 5), reason: fc.constant('counted') }),
    ),
  },
  {
    weight: 24,
    arbitrary: command(
      'createOrder',
      ORDER_RESULT,
      fc.record({
        commandId,
        orderId,
        customerId,
        items: fc.array(item, { minLength: 1, maxLength: 2 }),
        shippingAddress: address,
      }),
    ),
  },
  {
    weight: 3,
    arbitrary: command('addOrderItem', ORDER_RESULT, fc.record({ commandId, orderId, expectedVersion, item })),
  },
  {
    weight: 3,
    arbitrary: command(
      'recordPayment',
      ORDER_RESULT,
      fc.record({ orderId, amount: money, reference: fc.constant('transfer') }),
    ),
  },
  { weight: 5, arbitrary: command('confirmOrder', ORDER_RESULT, fc.record({ orderId, expectedVersion })) },
  {
    weight: 4,
    arbitrary: command(
      'shipOrder',
      ORDER_RESULT,
      fc.record({ commandId, orderId, trackingNumber: fc.constantFrom('1Z-999', 'TRÄCK 7') }),
    ),
  },
  { weight: 3, arbitrary: command('deliverOrder', ORDER_RESULT, fc.record({ orderId })) },
  {
    weight: 2,
    arbitrary: command('cancelOrder', ORDER_RESULT, fc.record({ orderId, reason: fc.constant('changed my mind') })),
  },
)

/** `count` commands on one small shop, the same for the same seed. It opens with a stocked shop, and ends with a customer who is forgotten. */
export function commandScript(count: number, seed: number): readonly Step[] {
  const customers = CUSTOMERS.slice(1).map((id, index) =>
    sure('registerCustomer', RESULT, { customerId: id, name: NAMES[index % NAMES.length], email: 'ada@example.com' }),
  )
  const products = PRODUCTS.slice(1).map((id, index) =>
    sure('addProduct', RESULT, {
      sku: id,
      name: PRODUCT_NAMES[index % PRODUCT_NAMES.length],
      unitPrice: { amount: '20', currency: CURRENCIES[index - 4] ?? 'USD' },
      onHand: 10,
    }),
  )
  const end = [sure('forgetCustomer', RESULT, { customerId: CUSTOMERS.at(-1), reason: 'asked for' })]
  const between = count - customers.length - products.length - end.length
  return [...customers, ...products, ...fc.sample(anyCommand, { seed, numRuns: between }), ...end]
}

function sure(name: string, result: string, input: Readonly<Record<string, unknown>>): Step {
  const [step] = fc.sample(command(name, result, fc.constant(input)), 1)
  if (!step) throw new Error('Expected one sample.')
  return step
}

function ids(kind: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${kind}-${index}`)
}

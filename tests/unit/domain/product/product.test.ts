import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ProductCommand, StockChange } from '../../../../src/domain/product/commands.js'
import { decideProduct } from '../../../../src/domain/product/decide.js'
import type { ProductEvent } from '../../../../src/domain/product/events.js'
import { evolveProduct, initialProduct } from '../../../../src/domain/product/evolve.js'
import type { ProductState } from '../../../../src/domain/product/state.js'
import { type Aggregate, given } from '../../../support/given.js'

const product: Aggregate<ProductState, ProductCommand, ProductEvent> = {
  initial: initialProduct,
  decide: decideProduct,
  evolve: evolveProduct,
}

const MAX_STOCK = 2 ** 31 - 1
const metadata = { occurredAt: '2026-03-01T12:00:00.000Z' }
const usd = (amountMinor: bigint) => ({ amountMinor, currency: 'USD' })
const lamp = { name: 'Lamp', category: 'Furniture', unitPrice: usd(1990n), onHand: 10 }

const addProduct = (changed: Partial<typeof lamp> = {}): ProductCommand => ({
  type: 'AddProduct',
  data: { sku: 'lamp', ...lamp, ...changed },
  metadata,
})
const changePrice = (amountMinor: bigint, currency = 'USD'): ProductCommand => ({
  type: 'ChangeProductPrice',
  data: { sku: 'lamp', unitPrice: { amountMinor, currency } },
  metadata,
})
const updateInventory = (change: StockChange): ProductCommand => ({
  type: 'UpdateInventory',
  data: { sku: 'lamp', change, reason: 'counted' },
  metadata,
})

const added = (changed: Partial<typeof lamp> = {}): ProductEvent => ({
  type: 'ProductAdded',
  data: { ...lamp, ...changed },
  metadata,
})
const priceChanged = (amountMinor: bigint): ProductEvent => ({
  type: 'ProductPriceChanged',
  data: { name: 'Lamp', unitPrice: usd(amountMinor) },
  metadata,
})
const inventoryUpdated = (onHand: number, delta: number): ProductEvent => ({
  type: 'InventoryUpdated',
  data: { onHand, delta, reason: 'counted' },
  metadata,
})

describe('AddProduct', () => {
  it('adds it to the catalogue', () => given(product).whenThen(addProduct(), added()))
  it('takes a free one', () =>
    given(product).whenThen(addProduct({ unitPrice: usd(0n) }), added({ unitPrice: usd(0n) })))
  it.each([0, MAX_STOCK])('takes a stock of %i', (onHand) =>
    given(product).whenThen(addProduct({ onHand }), added({ onHand })),
  )

  it('refuses a sku that is taken', () => {
    given(product, added()).whenRefused(addProduct(), 'PRODUCT_ALREADY_EXISTS', { field: ['sku'], says: ['"lamp"'] })
  })

  it('refuses a price below zero', () => {
    given(product).whenRefused(addProduct({ unitPrice: usd(-1n) }), 'INVALID_INPUT', {
      field: ['unitPrice', 'amount'],
      says: ['-0.01 USD'],
    })
  })

  it.each([-1, MAX_STOCK + 1, 1.5, Number.NaN])('refuses a stock of %d', (onHand) => {
    given(product).whenRefused(addProduct({ onHand }), 'INVALID_INPUT', {
      field: ['onHand'],
      says: [`found ${onHand}`],
    })
  })
})

describe('ChangeProductPrice', () => {
  const listed = given(product, added())

  it.each([1n, 0n])('to %d, and repeats the name', (amountMinor) => {
    listed.whenThen(changePrice(amountMinor), priceChanged(amountMinor))
  })

  it('refuses a product that is not there', () => {
    given(product).whenRefused(changePrice(1n), 'UNKNOWN_PRODUCT', { field: ['sku'], says: ['"lamp"'] })
  })

  it('refuses a price below zero', () => {
    listed.whenRefused(changePrice(-1n), 'INVALID_INPUT', { field: ['unitPrice', 'amount'] })
  })

  it('refuses another currency', () => {
    listed.whenRefused(changePrice(1n, 'EUR'), 'CURRENCY_MISMATCH', {
      field: ['unitPrice', 'currency'],
      says: ['in USD', '0.01 EUR'],
    })
  })
})

describe('UpdateInventory', () => {
  const listed = given(product, added())

  it.each([
    [{ setOnHand: 0 }, 0, -10],
    [{ setOnHand: 25 }, 25, 15],
    [{ setOnHand: MAX_STOCK }, MAX_STOCK, MAX_STOCK - 10],
    [{ adjustBy: -10 }, 0, -10],
    [{ adjustBy: 5 }, 15, 5],
    [{ adjustBy: 0 }, 10, 0],
    [{ adjustBy: MAX_STOCK - 10 }, MAX_STOCK, MAX_STOCK - 10],
  ])('%j of 10 on hand leaves %i', (change, onHand, delta) => {
    listed.whenThen(updateInventory(change), inventoryUpdated(onHand, delta))
  })

  it('refuses a product that is not there', () => {
    given(product).whenRefused(updateInventory({ setOnHand: 1 }), 'UNKNOWN_PRODUCT', { field: ['sku'] })
  })

  it('refuses to take away more than is there', () => {
    listed.whenRefused(updateInventory({ adjustBy: -11 }), 'INSUFFICIENT_STOCK', {
      field: ['adjustBy'],
      says: ['at least 11', 'found 10'],
    })
  })

  it.each([
    [{ setOnHand: -1 }, 'setOnHand'],
    [{ setOnHand: MAX_STOCK + 1 }, 'setOnHand'],
    [{ setOnHand: 1.5 }, 'setOnHand'],
    [{ adjustBy: MAX_STOCK }, 'adjustBy'],
    [{ adjustBy: -10.5 }, 'adjustBy'],
    [{ adjustBy: Number.NaN }, 'adjustBy'],
  ])('refuses %j of 10 on hand', (change, field) => {
    listed.whenRefused(updateInventory(change), 'INVALID_INPUT', { field: [field], says: [String(MAX_STOCK)] })
  })
})

it('folds to its name, category, newest price and stock', () => {
  const history = [added(), priceChanged(2490n), inventoryUpdated(7, -3)]
  expect(history.reduce(evolveProduct, initialProduct)).toEqual({
    status: 'LISTED',
    name: 'Lamp',
    category: 'Furniture',
    unitPrice: usd(2490n),
    onHand: 7,
  })
})

it.each([
  [[], priceChanged(1n)],
  [[], inventoryUpdated(1, 1)],
  [[added()], added()],
])('an event that cannot follow is a fault of the log: %#', (history, event) => {
  const state = history.reduce(evolveProduct, initialProduct)
  expect(() => evolveProduct(state, event)).toThrow(expect.objectContaining({ name: 'ImpossibleEvent' }))
})

it('for any sequence of changes, the stock is the first one plus all deltas, and within its limits', () => {
  const pieces = fc.oneof(fc.integer({ min: -20, max: 20 }), fc.constantFrom(-MAX_STOCK, MAX_STOCK, MAX_STOCK - 20))
  const change = fc.oneof(
    pieces.map((setOnHand) => ({ setOnHand })),
    pieces.map((adjustBy) => ({ adjustBy })),
  )
  fc.assert(
    fc.property(fc.array(change, { maxLength: 30 }), (changes) => {
      let state = evolveProduct(initialProduct, added())
      let expected = lamp.onHand
      for (const each of changes) {
        const decision = decideProduct(updateInventory(each), state)
        if (decision.kind === 'refusal') continue
        state = evolveProduct(state, decision.event)
        expected += decision.event.type === 'InventoryUpdated' ? decision.event.data.delta : Number.NaN
        expect(state).toMatchObject({ onHand: expected })
        expect(expected).toBeGreaterThanOrEqual(0)
        expect(expected).toBeLessThanOrEqual(MAX_STOCK)
      }
    }),
  )
})

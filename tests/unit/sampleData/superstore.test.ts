import { describe, expect, it } from 'vitest'
import { cataloguePriceMinor, readSuperstore } from '../../../src/sampleData/superstore.js'

describe('the sample order history', () => {
  const orders = readSuperstore()
  const products = new Set(orders.flatMap((order) => order.lines.map((line) => line.product)))

  it('has 5,009 orders of 793 customers for 1,894 products, 260 of them under 10.00', () => {
    expect(orders).toHaveLength(5009)
    expect(new Set(orders.map((order) => order.customer)).size).toBe(793)
    expect(products.size).toBe(1894)
    expect(new Set([...products].map((product) => product.sku)).size).toBe(1894)
    const totals = orders.map((order) =>
      order.lines.reduce((sum, line) => sum + line.product.unitPriceMinor * BigInt(line.quantity), 0n),
    )
    expect(totals.filter((total) => total < 1000n)).toHaveLength(260)
  })

  it('comes in the order of the dates, which the file does not have', () => {
    const dates = orders.map((order) => order.orderedAt)
    expect(dates).toEqual(dates.toSorted())
    expect(dates[0]).toBe('2014-01-03T00:00:00.000Z')
  })

  it('tells apart the 32 pairs of products that share an id', () => {
    expect(
      [...products].filter(
        (product) => product.sku.endsWith('-2') && [...products].some((other) => `${other.sku}-2` === product.sku),
      ),
    ).toHaveLength(32)
  })

  it('has a postal code of five digits on every order', () => {
    expect(orders.filter((order) => !/^\d{5}$/.test(order.postalCode))).toEqual([])
  })

  it('names each product once in an order', () => {
    for (const order of orders) expect(new Set(order.lines.map((line) => line.product)).size).toBe(order.lines.length)
  })
})

describe('cataloguePriceMinor', () => {
  it.each([
    ['261.96', '2', '0', 13098n],
    ['957.5775', '5', '0.45', 34821n],
    ['0.005', '1', '0', 1n],
    ['14.62', '2', '0', 731n],
  ])('%s for %s at a discount of %s', (sales, quantity, discount, cents) => {
    expect(cataloguePriceMinor(sales, quantity, discount)).toBe(cents)
  })
})

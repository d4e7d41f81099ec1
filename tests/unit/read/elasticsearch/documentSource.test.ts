import { describe, expect, it } from 'vitest'
import { sourceText } from '../../../../src/read/elasticsearch/documentSource.js'
import { customerDocument, orderDocument } from '../../../support/sampleDocuments.js'

function isTaken(name: string): boolean {
  const document = customerDocument('ada', { name })
  const text = sourceText({ projection: 'customers', document, expected: 'absent' })
  if (text !== undefined) expect(JSON.parse(text)).toEqual({ document })
  return text !== undefined
}

describe('what an index holds of a document', () => {
  it.each(['Zoë 🦊', '\\u0000', '\\\\ud800', 'a\\', '\u0001', '\\\u0001u0000', '"\\u"'])('takes %j', (name) => {
    expect(isTaken(name)).toBe(true)
  })

  it.each(['\0', 'a\0b', '\\\0', '\\\\\0', '\ud800', 'x\udfff', '\\\ud83e'])(
    'refuses %j, as PostgreSQL does',
    (name) => {
      expect(isTaken(name)).toBe(false)
    },
  )

  it('has one line for each sku of an order, however often it was ordered', () => {
    const items = [2, 3, 5].map((quantity, n) => ({
      sku: n === 1 ? 'MUG' : 'TEA',
      productName: 'x',
      unitPriceMinor: 100,
      quantity,
      lineTotalMinor: 100 * quantity,
    }))
    const text = sourceText({ projection: 'orders', document: orderDocument('o', { items }), expected: 'absent' })
    expect(JSON.parse(text ?? '')).toMatchObject({
      skus: ['TEA', 'MUG'],
      lines: [
        { sku: 'TEA', currency: 'USD', total: { high: 0, low: 700 } },
        { sku: 'MUG', currency: 'USD', total: { high: 0, low: 300 } },
      ],
    })
  })
})

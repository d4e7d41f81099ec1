import { describe, expect, it } from 'vitest'
import { compareDocuments } from '../../../../projector/verify/compareDocuments.js'
import { customerDocument, orderDocument } from '../../../support/sampleDocuments.js'

describe('comparing a document with the fold of the log', () => {
  it('finds none in equal ones', () => {
    expect(compareDocuments(orderDocument('1'), structuredClone(orderDocument('1')))).toEqual([])
  })

  it('tells a field with both values where they are nobody’s', () => {
    const stored = orderDocument('1', { status: 'SHIPPED', totalMinor: 1 })
    const expected = orderDocument('1', { status: 'PENDING', totalMinor: 2_000 })
    expect(compareDocuments(stored, expected)).toEqual([
      { field: 'status', stored: 'SHIPPED', expected: 'PENDING' },
      { field: 'totalMinor', stored: '1', expected: '2000' },
    ])
  })

  it('tells of personal data and of free text the field alone', () => {
    const stored = orderDocument('1', { customerName: 'Ada', cancellationReason: 'Ada was ill', shippingAddress: null })
    const differences = compareDocuments(stored, orderDocument('1', { customerName: 'Ada King' }))
    expect(differences).toEqual([
      { field: 'cancellationReason' },
      { field: 'customerName' },
      { field: 'shippingAddress' },
    ])
  })

  it('finds a field that one of the two does not have', () => {
    const { forgotten, ...stored } = customerDocument('ada')
    expect(forgotten).toBe(false)
    expect(compareDocuments(stored as never, customerDocument('ada'))).toEqual([
      { field: 'forgotten', stored: 'nothing', expected: 'false' },
    ])
  })

  it('leaves out how far the orders of a customer are: the log does not say that', () => {
    expect(
      compareDocuments(customerDocument('ada', { ordersVersion: 1 }), customerDocument('ada', { ordersVersion: 0 })),
    ).toEqual([])
  })
})

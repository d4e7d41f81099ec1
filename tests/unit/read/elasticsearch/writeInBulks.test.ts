import { describe, expect, it } from 'vitest'
import { inBulks } from '../../../../src/read/elasticsearch/writeInBulks.js'

const MEGABYTE = 1024 * 1024

function sizesOf(sources: readonly string[]): readonly number[] {
  const bulks = inBulks(sources.map((source) => ({ source })))
  expect(bulks.flat().map(({ source }) => source)).toEqual(sources)
  return bulks.map((bulk) => bulk.length)
}

describe('documents in bulks', () => {
  it('are at most 1,000 in one', () => {
    expect(sizesOf([])).toEqual([])
    expect(sizesOf(Array.from({ length: 1_000 }, (_, n) => `{"n":${n}}`))).toEqual([1_000])
    expect(sizesOf(Array.from({ length: 2_001 }, (_, n) => `{"n":${n}}`))).toEqual([1_000, 1_000, 1])
  })

  it('are at most 8 MB in one, counted in bytes', () => {
    const threeMegabytes = 'é'.repeat(1.5 * MEGABYTE)
    expect(sizesOf(Array.from({ length: 5 }, () => threeMegabytes))).toEqual([2, 2, 1])
  })

  it('go alone where one is larger than that by itself', () => {
    expect(sizesOf(['{}', 'x'.repeat(9 * MEGABYTE), '{}', '{}'])).toEqual([1, 1, 2])
  })
})

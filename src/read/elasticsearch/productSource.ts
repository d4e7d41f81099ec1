import type { ProductDocument } from '../../contract/documents.js'
import { searchWords } from '../../contract/searchWords.js'

/** A product as its index holds it. */
export interface ProductSource {
  readonly id: string
  readonly terms: readonly string[]
  readonly document: ProductDocument
}

export function toProductSource(product: ProductDocument): ProductSource {
  const { id, name, category } = product
  return { id, terms: searchWords([id, name, category ?? ''].join(' ')), document: product }
}

export function fromProductSource({ document }: Pick<ProductSource, 'document'>): ProductDocument {
  return document
}

import type { ProductDocument } from '../../contract/documents.js'
import { productTerms } from '../../contract/searchWords.js'

/** A product as its index holds it. */
export interface ProductSource {
  readonly id: string
  readonly terms: readonly string[]
  readonly document: ProductDocument
}

export function toProductSource(product: ProductDocument): ProductSource {
  return { id: product.id, terms: productTerms(product), document: product }
}

export function fromProductSource({ document }: Pick<ProductSource, 'document'>): ProductDocument {
  return document
}

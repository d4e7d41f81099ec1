import type { Money } from '../money.js'

export type ProductState =
  | { readonly status: 'NONE' }
  | {
      readonly status: 'LISTED'
      readonly name: string
      readonly category: string | null
      readonly unitPrice: Money
      readonly onHand: number
    }

import type { Message } from '../message.js'
import type { Money } from '../money.js'

export type AddProduct = Message<
  'AddProduct',
  {
    readonly sku: string
    readonly name: string
    readonly category: string | null
    readonly unitPrice: Money
    readonly onHand: number
  }
>
export type ChangeProductPrice = Message<'ChangeProductPrice', { readonly sku: string; readonly unitPrice: Money }>
/** The counted stock, or a change of it. */
export type StockChange = { readonly setOnHand: number } | { readonly adjustBy: number }
export type UpdateInventory = Message<
  'UpdateInventory',
  { readonly sku: string; readonly change: StockChange; readonly reason: string }
>

export type ProductCommand = AddProduct | ChangeProductPrice | UpdateInventory

import type { Message } from '../message.js'
import type { Money } from '../money.js'

export type ProductAdded = Message<
  'ProductAdded',
  { readonly name: string; readonly category: string | null; readonly unitPrice: Money; readonly onHand: number }
>
/** Repeats the name, so that the newest ProductAdded or ProductPriceChanged alone is the catalogue's entry: createOrder reads one row a product. */
export type ProductPriceChanged = Message<'ProductPriceChanged', { readonly name: string; readonly unitPrice: Money }>
/** `onHand` is the stock after the change; `delta` is what the change was. */
export type InventoryUpdated = Message<
  'InventoryUpdated',
  { readonly onHand: number; readonly delta: number; readonly reason: string }
>

export type ProductEvent = ProductAdded | ProductPriceChanged | InventoryUpdated

import type { Message } from '../message.js'
import type { Money } from '../money.js'
import type { Address } from './address.js'

/** One line of an order: what was bought, at the catalogue's name and price when the command was decided. */
export interface OrderLine {
  readonly sku: string
  readonly productName: string
  readonly unitPrice: Money
  readonly quantity: number
}

export type OrderCreated = Message<
  'OrderCreated',
  { readonly customerId: string; readonly items: readonly OrderLine[]; readonly shippingAddress: Address }
>
export type OrderItemAdded = Message<'OrderItemAdded', { readonly item: OrderLine }>
export type PaymentProcessed = Message<'PaymentProcessed', { readonly amount: Money; readonly reference: string }>
export type OrderConfirmed = Message<'OrderConfirmed', Record<string, never>>
export type OrderShipped = Message<'OrderShipped', { readonly trackingNumber: string }>
export type OrderDelivered = Message<'OrderDelivered', Record<string, never>>
export type OrderCancelled = Message<'OrderCancelled', { readonly reason: string }>

export type OrderEvent =
  | OrderCreated
  | OrderItemAdded
  | PaymentProcessed
  | OrderConfirmed
  | OrderShipped
  | OrderDelivered
  | OrderCancelled

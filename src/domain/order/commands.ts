import type { Message } from '../message.js'
import type { Money } from '../money.js'
import type { DeliverableAddress } from './address.js'

/** What the catalogue says of a product at the moment of the decision. */
export interface CatalogueEntry {
  readonly name: string
  readonly unitPrice: Money
}

/** What the decision needs to know of other streams; read by the handler in the same statement as the order itself. */
export interface OrderFacts {
  readonly customer: 'unknown' | 'registered' | 'forgotten'
  /** By sku; a product that is not in it does not exist. */
  readonly catalogue: ReadonlyMap<string, CatalogueEntry>
}

export interface RequestedLine {
  readonly sku: string
  readonly quantity: number
}

export type CreateOrder = Message<
  'CreateOrder',
  {
    readonly orderId: string
    readonly customerId: string
    readonly items: readonly RequestedLine[]
    readonly shippingAddress: DeliverableAddress
    readonly facts: OrderFacts
  }
>
export type AddOrderItem = Message<
  'AddOrderItem',
  { readonly orderId: string; readonly item: RequestedLine; readonly facts: Pick<OrderFacts, 'catalogue'> }
>
export type RecordPayment = Message<
  'RecordPayment',
  { readonly orderId: string; readonly amount: Money; readonly reference: string }
>
export type ConfirmOrder = Message<'ConfirmOrder', { readonly orderId: string }>
export type ShipOrder = Message<'ShipOrder', { readonly orderId: string; readonly trackingNumber: string }>
export type DeliverOrder = Message<'DeliverOrder', { readonly orderId: string }>
export type CancelOrder = Message<'CancelOrder', { readonly orderId: string; readonly reason: string }>

export type OrderCommand =
  | CreateOrder
  | AddOrderItem
  | RecordPayment
  | ConfirmOrder
  | ShipOrder
  | DeliverOrder
  | CancelOrder

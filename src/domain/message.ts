/**
 * The shape every command and event of the domain has.
 *
 * Time arrives in the metadata (`occurredAt`, RFC 3339, UTC, milliseconds): the domain has no clock.
 */
export interface Message<Type extends string, Data> {
  readonly type: Type
  readonly data: Data
  readonly metadata: { readonly occurredAt: string }
}

/** What a rule answers when it says no: a code of the API contract, a sentence for people, and where in the input the cause is. */
export interface Refusal {
  readonly kind: 'refusal'
  readonly code: RefusalCode
  readonly message: string
  /** Path into the command's input, e.g. ['items', '0', 'quantity']. */
  readonly field?: readonly string[]
}

/** What a decision gives: exactly one event, or a refusal. One event a command, so stream versions count commands. */
export type Decision<Event> = { readonly kind: 'event'; readonly event: Event } | Refusal

export type RefusalCode =
  | 'EMPTY_ORDER'
  | 'BELOW_MINIMUM_AMOUNT'
  | 'INVALID_QUANTITY'
  | 'UNKNOWN_PRODUCT'
  | 'UNKNOWN_CUSTOMER'
  | 'CUSTOMER_FORGOTTEN'
  | 'CURRENCY_MISMATCH'
  | 'ORDER_NOT_FOUND'
  | 'ORDER_ALREADY_EXISTS'
  | 'ORDER_NOT_PENDING'
  | 'ORDER_NOT_CONFIRMED'
  | 'ORDER_NOT_SHIPPED'
  | 'CANNOT_CANCEL_DELIVERED_ORDER'
  | 'ALREADY_CANCELLED'
  | 'OVERPAYMENT'
  | 'PRODUCT_ALREADY_EXISTS'
  | 'CUSTOMER_ALREADY_EXISTS'
  | 'INSUFFICIENT_STOCK'
  | 'INVALID_INPUT'

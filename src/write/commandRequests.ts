import type { RefusalCode } from '../domain/message.js'
import type { ExistingOrder } from '../domain/order/state.js'

/** An amount as a caller writes it: "19.90" and "USD". */
export interface RequestedMoney {
  readonly amount: string
  readonly currency: string
}

export interface RequestedAddress {
  readonly line1: string
  readonly line2: string | null
  readonly city: string
  readonly region: string | null
  readonly postalCode: string
  readonly country: string
}

/** A command as it comes in, not yet checked: the handler parses it into a command of the domain or refuses it. */
export type OrderRequest =
  | {
      readonly type: 'CreateOrder'
      /** Made by the handler when left out. */
      readonly orderId?: string
      readonly customerId: string
      readonly items: readonly { readonly sku: string; readonly quantity: number }[]
      readonly shippingAddress: RequestedAddress
    }
  | {
      readonly type: 'AddOrderItem'
      readonly orderId: string
      readonly item: { readonly sku: string; readonly quantity: number }
    }
  | {
      readonly type: 'RecordPayment'
      readonly orderId: string
      readonly amount: RequestedMoney
      readonly reference: string
    }
  | { readonly type: 'ConfirmOrder'; readonly orderId: string }
  | { readonly type: 'ShipOrder'; readonly orderId: string; readonly trackingNumber: string }
  | { readonly type: 'DeliverOrder'; readonly orderId: string }
  | { readonly type: 'CancelOrder'; readonly orderId: string; readonly reason: string }

export type CustomerRequest =
  | { readonly type: 'RegisterCustomer'; readonly customerId?: string; readonly name: string; readonly email: string }
  | {
      readonly type: 'ChangeCustomerContact'
      readonly customerId: string
      readonly name?: string
      readonly email?: string
    }
  | { readonly type: 'ForgetCustomer'; readonly customerId: string; readonly reason: string }

export type ProductRequest =
  | {
      readonly type: 'AddProduct'
      readonly sku: string
      readonly name: string
      readonly category: string | null
      readonly unitPrice: RequestedMoney
      readonly onHand: number
    }
  | { readonly type: 'ChangeProductPrice'; readonly sku: string; readonly unitPrice: RequestedMoney }
  | {
      readonly type: 'UpdateInventory'
      readonly sku: string
      readonly setOnHand?: number
      readonly adjustBy?: number
      readonly reason: string
    }

/** Who asks, and how the answer is told apart from others. */
export interface CommandContext {
  /** The caller; half of the idempotency key. */
  readonly principal: string
  /** The other half; made by the handler when left out. 1 to 128 characters. */
  readonly commandId?: string
  /** Refuse with VERSION_CONFLICT unless the stream is exactly there. */
  readonly expectedVersion?: number
  /** When it happens in the business's eyes, RFC 3339 UTC with milliseconds. */
  readonly occurredAt: string
  /** W3C traceparent of the request. */
  readonly traceparent: string
  readonly correlationId: string
}

export type CommandOutcome<State> = AcceptedCommand<State> | RefusedCommand

export interface AcceptedCommand<State> {
  readonly kind: 'accepted'
  readonly commandId: string
  /** `order-<id>`: what a consistency token is made of. */
  readonly streamId: string
  /** The aggregate's own id. */
  readonly id: string
  readonly version: number
  /** True when the command id had been executed before: all of this is the stored first result. */
  readonly duplicate: boolean
  /** When the event was recorded, by the clock of the log's database; RFC 3339 UTC. */
  readonly recordedAt: string
  /** Trace of the request that appended the event. */
  readonly traceId: string
  /** W3C, of that request. */
  readonly traceparent: string
  /** The aggregate right after the event. */
  readonly state: State
}

export interface RefusedCommand {
  readonly kind: 'refused'
  readonly code: RefusalCode | 'VERSION_CONFLICT' | 'COMMAND_ID_REUSED'
  readonly message: string
  readonly field?: readonly string[]
  /** Whether the same request may succeed later as it is. */
  readonly retryable: boolean
}

/** The write side's public face: what the gateway and the importer may call. Methods throw LogUnavailable. */
export interface CommandHandlers {
  order(request: OrderRequest, context: CommandContext): Promise<CommandOutcome<ExistingOrder>>
  customer(request: CustomerRequest, context: CommandContext): Promise<CommandOutcome<undefined>>
  product(request: ProductRequest, context: CommandContext): Promise<CommandOutcome<undefined>>
}

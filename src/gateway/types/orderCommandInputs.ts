import { Field, ID, InputType, Int } from 'type-graphql'
import { AddressInput } from './address.js'
import { MoneyInput } from './money.js'

const COMMAND_ID =
  'Your idempotency key, any string up to 128 characters: a repeat answers with the stored first result. Made by the server when left out.'
const EXPECTED_VERSION = 'Refuse with VERSION_CONFLICT unless the order is exactly at this version.'
const ORDER_ID = 'The order.'

@InputType({ description: 'A product and how many of it. Name and price are those of the catalogue.' })
export class OrderItemInput {
  @Field(() => ID, { description: 'The product.' })
  readonly sku!: string

  @Field(() => Int, { description: 'Number of pieces, 1 to 1,000,000.' })
  readonly quantity!: number
}

@InputType({ description: 'A new order.' })
export class CreateOrderInput {
  @Field(() => ID, { nullable: true, description: COMMAND_ID })
  readonly commandId?: string | null

  @Field(() => ID, {
    nullable: true,
    description: "The new order's id, 1 to 128 printable characters. Made by the server when left out.",
  })
  readonly orderId?: string | null

  @Field(() => ID, { description: 'Who orders.' })
  readonly customerId!: string

  @Field(() => [OrderItemInput], {
    description: 'What is ordered: 1 to 500 lines. Lines with the same sku become one line.',
  })
  readonly items!: readonly OrderItemInput[]

  @Field(() => AddressInput, { description: 'Where it goes.' })
  readonly shippingAddress!: AddressInput
}

@InputType({ description: 'One more line for a pending order.' })
export class AddOrderItemInput {
  @Field(() => ID, { nullable: true, description: COMMAND_ID })
  readonly commandId?: string | null

  @Field(() => Int, { nullable: true, description: EXPECTED_VERSION })
  readonly expectedVersion?: number | null

  @Field(() => ID, { description: ORDER_ID })
  readonly orderId!: string

  @Field(() => OrderItemInput, { description: 'What to add; an order has at most 500 lines.' })
  readonly item!: OrderItemInput
}

@InputType({ description: 'A payment that came in.' })
export class RecordPaymentInput {
  @Field(() => ID, { nullable: true, description: COMMAND_ID })
  readonly commandId?: string | null

  @Field(() => Int, { nullable: true, description: EXPECTED_VERSION })
  readonly expectedVersion?: number | null

  @Field(() => ID, { description: ORDER_ID })
  readonly orderId!: string

  @Field(() => MoneyInput, {
    description: "Greater than zero, in the order's currency; all payments together may not exceed the total.",
  })
  readonly amount!: MoneyInput

  @Field(() => String, { description: 'What the payment is known by: a transfer, a transaction.' })
  readonly reference!: string
}

@InputType({ description: 'Accepts a pending order. Needs no payment.' })
export class ConfirmOrderInput {
  @Field(() => ID, { nullable: true, description: COMMAND_ID })
  readonly commandId?: string | null

  @Field(() => Int, { nullable: true, description: EXPECTED_VERSION })
  readonly expectedVersion?: number | null

  @Field(() => ID, { description: ORDER_ID })
  readonly orderId!: string
}

@InputType({ description: 'Sends a confirmed order on its way.' })
export class ShipOrderInput {
  @Field(() => ID, { nullable: true, description: COMMAND_ID })
  readonly commandId?: string | null

  @Field(() => Int, { nullable: true, description: EXPECTED_VERSION })
  readonly expectedVersion?: number | null

  @Field(() => ID, { description: ORDER_ID })
  readonly orderId!: string

  @Field(() => String, { description: "The carrier's number." })
  readonly trackingNumber!: string
}

@InputType({ description: 'States that a shipped order has arrived.' })
export class DeliverOrderInput {
  @Field(() => ID, { nullable: true, description: COMMAND_ID })
  readonly commandId?: string | null

  @Field(() => Int, { nullable: true, description: EXPECTED_VERSION })
  readonly expectedVersion?: number | null

  @Field(() => ID, { description: ORDER_ID })
  readonly orderId!: string
}

@InputType({ description: 'Calls an order off.' })
export class CancelOrderInput {
  @Field(() => ID, { nullable: true, description: COMMAND_ID })
  readonly commandId?: string | null

  @Field(() => Int, { nullable: true, description: EXPECTED_VERSION })
  readonly expectedVersion?: number | null

  @Field(() => ID, { description: ORDER_ID })
  readonly orderId!: string

  @Field(() => String, { description: 'Why, at most 500 characters.' })
  readonly reason!: string
}

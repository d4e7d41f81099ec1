import { Field, ID, Int, ObjectType } from 'type-graphql'
import type { OrderDocument } from '../../contract/documents.js'
import { Address } from './address.js'
import { Money, moneyOf } from './money.js'
import { OrderStatus } from './orderStatus.js'
import { DateTime } from './scalars.js'

@ObjectType({
  simpleResolvers: true,
  description: 'One line of an order, with the name and the price that the catalogue had when it was ordered.',
})
export class OrderItem {
  @Field(() => String, { description: 'The product.' })
  readonly sku!: string

  @Field(() => String, { description: "The product's name when it was ordered." })
  readonly productName!: string

  @Field(() => Money, { description: 'Price of one piece.' })
  readonly unitPrice!: Money

  @Field(() => Int, { description: 'Number of pieces.' })
  readonly quantity!: number

  @Field(() => Money, { description: 'Price of all pieces of this line.' })
  readonly lineTotal!: Money
}

@ObjectType({ simpleResolvers: true, description: "An order's read model." })
export class Order {
  @Field(() => ID, { description: "The order's id." })
  readonly id!: string

  @Field(() => Int, { description: 'Number of events this view has applied: the stream version it shows.' })
  readonly version!: number

  @Field(() => OrderStatus, { description: 'Where the order stands.' })
  readonly status!: OrderStatus

  @Field(() => ID, { description: 'Whose order it is.' })
  readonly customerId!: string

  @Field(() => String, {
    nullable: true,
    description: "The customer's present name. Null once the customer is forgotten.",
  })
  readonly customerName!: string | null

  @Field(() => String, {
    nullable: true,
    description: "The customer's present e-mail address. Null once the customer is forgotten.",
  })
  readonly customerEmail!: string | null

  @Field(() => Address, { nullable: true, description: 'Where the order goes. Null once the customer is forgotten.' })
  readonly shippingAddress!: Address | null

  @Field(() => [OrderItem], { description: 'The lines, in the order in which they were added.' })
  readonly items!: readonly OrderItem[]

  @Field(() => Money, { description: 'Sum of all lines.' })
  readonly totalAmount!: Money

  @Field(() => Money, { description: 'Sum of all payments so far.' })
  readonly paidAmount!: Money

  @Field(() => String, { nullable: true, description: "The carrier's number, once shipped." })
  readonly trackingNumber!: string | null

  @Field(() => String, { nullable: true, description: 'Why it was called off, once cancelled.' })
  readonly cancellationReason!: string | null

  @Field(() => DateTime, { description: 'When it was placed.' })
  readonly createdAt!: string

  @Field(() => DateTime, { description: 'When it last changed.' })
  readonly updatedAt!: string

  @Field(() => DateTime, { nullable: true, description: 'When it was confirmed, if it was.' })
  readonly confirmedAt!: string | null

  @Field(() => DateTime, { nullable: true, description: 'When it was shipped, if it was.' })
  readonly shippedAt!: string | null

  @Field(() => DateTime, { nullable: true, description: 'When it was delivered, if it was.' })
  readonly deliveredAt!: string | null

  @Field(() => DateTime, { nullable: true, description: 'When it was cancelled, if it was.' })
  readonly cancelledAt!: string | null

  @Field(() => DateTime, {
    description: 'Five days after it was created; once shipped, three days after that; once delivered, when it was.',
  })
  readonly estimatedDelivery!: string
}

export function orderOf(document: OrderDocument): Order {
  const { currency } = document
  return {
    ...document,
    items: document.items.map((item) => ({
      ...item,
      unitPrice: moneyOf(item.unitPriceMinor, currency),
      lineTotal: moneyOf(item.lineTotalMinor, currency),
    })),
    totalAmount: moneyOf(document.totalMinor, currency),
    paidAmount: moneyOf(document.paidMinor, currency),
  }
}

import { Field, ID, Int, ObjectType } from 'type-graphql'
import type { StreamVersion } from '../../read/index.js'
import { Money } from './money.js'
import { OrderItem } from './order.js'
import { OrderStatus } from './orderStatus.js'
import { ConsistencyToken, DateTime } from './scalars.js'
import { UserError } from './userError.js'

@ObjectType({ simpleResolvers: true, description: 'What a command has done.' })
export class CommandReceipt {
  @Field(() => ID, { description: 'The idempotency key, as given or as made.' })
  readonly commandId!: string

  @Field(() => ID, {
    description: "The order's, customer's or product's own id. Equal ids of an order and a product never meet.",
  })
  readonly streamId!: string

  @Field(() => Int, {
    description:
      'Stream version after this command. Each command appends exactly one event, so versions count commands.',
  })
  readonly version!: number

  @Field(() => ConsistencyToken, {
    description: 'Give it to a query as atLeast, or to projectionCompleted, to see this write.',
  })
  readonly token!: string

  @Field(() => Boolean, {
    description:
      'True when this commandId had already been executed: this payload (order included) is the stored first result, nothing was done again.',
  })
  readonly duplicate!: boolean

  @Field(() => String, { nullable: true, description: 'The W3C trace id of the request that did it.' })
  readonly traceId!: string | null
}

@ObjectType({
  simpleResolvers: true,
  description: "The write side's own state right after the command: enough to show a screen without any query.",
})
export class OrderState {
  @Field(() => ID, { description: "The order's id." })
  readonly id!: string

  @Field(() => Int, { description: 'Stream version after the command.' })
  readonly version!: number

  @Field(() => OrderStatus, { description: 'Where the order stands.' })
  readonly status!: OrderStatus

  @Field(() => ID, { description: 'Whose order it is.' })
  readonly customerId!: string

  @Field(() => [OrderItem], { description: 'The lines.' })
  readonly items!: readonly OrderItem[]

  @Field(() => Money, { description: 'Sum of all lines.' })
  readonly totalAmount!: Money

  @Field(() => Money, { description: 'Sum of all payments so far.' })
  readonly paidAmount!: Money

  @Field(() => DateTime, {
    description: 'Five days after it was created; once shipped, three days after that; once delivered, when it was.',
  })
  readonly estimatedDelivery!: string
}

/** What every payload has beside its fields: the write that `projected` waits for, undefined when the command was refused. */
interface Payload {
  readonly written: StreamVersion | undefined
}

const RECEIPT = 'Null exactly when userErrors is not empty.'
const USER_ERRORS = 'The rules that said no; empty when the command was done.'

@ObjectType({ simpleResolvers: true, description: 'The answer to a command on an order.' })
export class OrderCommandPayload implements Payload {
  readonly written!: StreamVersion | undefined

  @Field(() => CommandReceipt, { nullable: true, description: RECEIPT })
  readonly receipt!: CommandReceipt | null

  @Field(() => OrderState, {
    nullable: true,
    description: 'The order right after the command. Null when the command was refused.',
  })
  readonly order!: OrderState | null

  @Field(() => [UserError], { description: USER_ERRORS })
  readonly userErrors!: readonly UserError[]
}

@ObjectType({ simpleResolvers: true, description: 'The answer to a command on a customer.' })
export class CustomerCommandPayload implements Payload {
  readonly written!: StreamVersion | undefined

  @Field(() => CommandReceipt, { nullable: true, description: RECEIPT })
  readonly receipt!: CommandReceipt | null

  @Field(() => [UserError], { description: USER_ERRORS })
  readonly userErrors!: readonly UserError[]
}

@ObjectType({ simpleResolvers: true, description: 'The answer to a command on a product.' })
export class ProductCommandPayload implements Payload {
  readonly written!: StreamVersion | undefined

  @Field(() => CommandReceipt, { nullable: true, description: RECEIPT })
  readonly receipt!: CommandReceipt | null

  @Field(() => [UserError], { description: USER_ERRORS })
  readonly userErrors!: readonly UserError[]
}

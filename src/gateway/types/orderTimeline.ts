import { Field, Int, ObjectType } from 'type-graphql'
import { PageInfo } from './pageInfo.js'
import { DateTime } from './scalars.js'

@ObjectType({ simpleResolvers: true, description: 'One thing that happened to an order.' })
export class OrderTimelineEntry {
  @Field(() => Int, { description: "The order's version right after it." })
  readonly version!: number

  @Field(() => String, {
    description:
      'The name of the event: OrderCreated, OrderItemAdded, PaymentProcessed, OrderConfirmed, OrderShipped, OrderDelivered, OrderCancelled.',
  })
  readonly type!: string

  @Field(() => String, { description: 'A sentence for people.' })
  readonly summary!: string

  @Field(() => DateTime, { description: 'When it happened.' })
  readonly occurredAt!: string

  @Field(() => String, { nullable: true, description: 'Who asked for it.' })
  readonly actor!: string | null

  @Field(() => String, { nullable: true, description: 'The W3C trace id of the request that led to it.' })
  readonly traceId!: string | null
}

@ObjectType({ simpleResolvers: true, description: 'An entry of a timeline and its place in it.' })
export class OrderTimelineEdge {
  @Field(() => String, { description: 'Give it as `after` to go on behind this entry.' })
  readonly cursor!: string

  @Field(() => OrderTimelineEntry, { description: 'The entry.' })
  readonly node!: OrderTimelineEntry
}

@ObjectType({ simpleResolvers: true, description: 'A page of what happened to an order, oldest first.' })
export class OrderTimelineConnection {
  @Field(() => [OrderTimelineEdge], { description: 'The entries with their cursors.' })
  readonly edges!: readonly OrderTimelineEdge[]

  @Field(() => [OrderTimelineEntry], { description: 'The entries.' })
  readonly nodes!: readonly OrderTimelineEntry[]

  @Field(() => PageInfo, { description: 'Whether there is more.' })
  readonly pageInfo!: PageInfo
}

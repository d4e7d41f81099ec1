import { Field, Float, ID, Int, ObjectType, registerEnumType } from 'type-graphql'
import { Order } from './order.js'
import { OrderStatus } from './orderStatus.js'

export const Visibility = { DOCUMENT: 'DOCUMENT', SEARCHABLE: 'SEARCHABLE' } as const
export type Visibility = keyof typeof Visibility

registerEnumType(Visibility, {
  name: 'Visibility',
  description:
    'What shows a write. DOCUMENT: a query by id shows it. SEARCHABLE: lists, search and statistics show it too.',
  valuesConfig: {
    DOCUMENT: { description: 'A query by id shows it.' },
    SEARCHABLE: { description: 'Lists, search and statistics show it too.' },
  },
})

export const ProjectionOutcomeStatus = {
  VISIBLE: 'VISIBLE',
  QUARANTINED: 'QUARANTINED',
  TIMED_OUT: 'TIMED_OUT',
} as const
export type ProjectionOutcomeStatus = keyof typeof ProjectionOutcomeStatus

registerEnumType(ProjectionOutcomeStatus, {
  name: 'ProjectionOutcomeStatus',
  description: 'How the wait for a write ended.',
  valuesConfig: {
    VISIBLE: { description: 'Queries show it now.' },
    QUARANTINED: { description: 'An event of this stream could not be applied; operators have to look at it.' },
    TIMED_OUT: { description: 'Not yet within timeoutMs. It is not lost: ask again.' },
  },
})

@ObjectType({ simpleResolvers: true, description: 'The end of the wait for one write.' })
export class ProjectionOutcome {
  @Field(() => ProjectionOutcomeStatus, { description: 'How the wait ended.' })
  readonly status!: ProjectionOutcomeStatus

  @Field(() => ID, { description: "The order's, customer's or product's own id." })
  readonly streamId!: string

  @Field(() => Int, { description: 'The version that was waited for.' })
  readonly version!: number

  @Field(() => Float, { description: 'How long it was waited for, in milliseconds.' })
  readonly elapsedMs!: number

  @Field(() => Order, {
    nullable: true,
    description: 'The read model that shows the write, when it is visible and of an order.',
  })
  readonly order!: Order | null
}

@ObjectType({ simpleResolvers: true, description: 'One change of an order.' })
export class OrderChange {
  @Field(() => String, {
    description:
      'Give it back as since: after a broken connection the stream goes on with the next change, none lost, none twice.',
  })
  readonly cursor!: string

  @Field(() => String, {
    description:
      "The event's name, as in the timeline: OrderCreated, OrderItemAdded, PaymentProcessed, OrderConfirmed, OrderShipped, OrderDelivered, OrderCancelled. A present-state item carries the newest.",
  })
  readonly type!: string

  @Field(() => Int, { description: "The order's version right after the change." })
  readonly version!: number

  @Field(() => OrderStatus, {
    nullable: true,
    description: 'Null when the status did not change, and on a present-state item.',
  })
  readonly previousStatus!: OrderStatus | null

  @Field(() => Order, { description: 'The read model showing at least this change.' })
  readonly order!: Order
}

import { Field, ID, InputType, registerEnumType } from 'type-graphql'
import { OrderStatus } from './orderStatus.js'
import { DateTime, Decimal } from './scalars.js'

@InputType({ description: 'Which orders. What is left out is no condition; all conditions hold together.' })
export class OrderFilter {
  @Field(() => ID, { nullable: true, description: 'Orders of this customer.' })
  readonly customerId?: string | null

  @Field(() => [OrderStatus], {
    nullable: true,
    description: 'Orders in one of these states. An empty list matches nothing.',
  })
  readonly status?: readonly OrderStatus[] | null

  @Field(() => DateTime, { nullable: true, description: 'Created at this instant or later.' })
  readonly createdFrom?: string | null

  @Field(() => DateTime, { nullable: true, description: 'Created before this instant.' })
  readonly createdTo?: string | null

  @Field(() => String, {
    nullable: true,
    description:
      'ISO 4217. minTotal, maxTotal and the sorts by total compare amounts, so they need it: without it BAD_USER_INPUT.',
  })
  readonly currency?: string | null

  @Field(() => Decimal, { nullable: true, description: 'Total of at least this, in `currency`.' })
  readonly minTotal?: string | null

  @Field(() => Decimal, { nullable: true, description: 'Total of at most this, in `currency`.' })
  readonly maxTotal?: string | null

  @Field(() => String, { nullable: true, description: 'Orders with a line of this product.' })
  readonly sku?: string | null
}

export const OrderSort = {
  CREATED_AT_DESC: 'CREATED_AT_DESC',
  CREATED_AT_ASC: 'CREATED_AT_ASC',
  TOTAL_DESC: 'TOTAL_DESC',
  TOTAL_ASC: 'TOTAL_ASC',
  UPDATED_AT_DESC: 'UPDATED_AT_DESC',
} as const
export type OrderSort = keyof typeof OrderSort

registerEnumType(OrderSort, {
  name: 'OrderSort',
  description: 'The order of a list. Equal values are ordered by id, so that no page repeats or skips anything.',
  valuesConfig: {
    CREATED_AT_DESC: { description: 'Newest first.' },
    CREATED_AT_ASC: { description: 'Oldest first.' },
    TOTAL_DESC: { description: 'Largest total first; needs filter.currency.' },
    TOTAL_ASC: { description: 'Smallest total first; needs filter.currency.' },
    UPDATED_AT_DESC: { description: 'Last changed first.' },
  },
})

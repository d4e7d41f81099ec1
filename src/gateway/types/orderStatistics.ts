import { Field, Int, ObjectType } from 'type-graphql'
import { Money } from './money.js'
import type { Lazy } from './pageInfo.js'

@ObjectType({ simpleResolvers: true, description: 'The part of the orders that shares one key.' })
export class OrderStatisticsBucket {
  @Field(() => String, {
    description:
      'The status; the day of creation as YYYY-MM-DD in UTC; the sku; or the region as written, the empty string when there is none.',
  })
  readonly key!: string

  @Field(() => Int, { description: 'How many orders.' })
  readonly orders!: number

  @Field(() => [Money], {
    description: 'Sum of their totals, one amount per currency. By product: the totals of its lines.',
  })
  readonly totals!: readonly Money[]
}

@ObjectType({
  simpleResolvers: true,
  description:
    'How many orders there are and what they amount to. Cancelled orders count, under their status. Each grouping is computed only when it is asked for.',
})
export class OrderStatistics {
  @Field(() => Int, { description: 'How many orders.' })
  readonly orders!: Lazy<number>

  @Field(() => [Money], { description: 'Sum of their totals, one amount per currency; empty when there is no order.' })
  readonly totals!: Lazy<readonly Money[]>

  @Field(() => [OrderStatisticsBucket], { description: 'By status.' })
  readonly byStatus!: Lazy<readonly OrderStatisticsBucket[]>

  @Field(() => [OrderStatisticsBucket], { description: 'By day of creation, UTC.' })
  readonly byDay!: Lazy<readonly OrderStatisticsBucket[]>

  @Field(() => [OrderStatisticsBucket], { description: 'By product.' })
  readonly byProduct!: Lazy<readonly OrderStatisticsBucket[]>

  @Field(() => [OrderStatisticsBucket], { description: 'By region of the shipping address.' })
  readonly byRegion!: Lazy<readonly OrderStatisticsBucket[]>
}

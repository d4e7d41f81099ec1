import { Field, Int, ObjectType } from 'type-graphql'
import { Order } from './order.js'
import { type Lazy, PageInfo } from './pageInfo.js'

@ObjectType({ simpleResolvers: true, description: 'An order and its place in the list.' })
export class OrderEdge {
  @Field(() => String, { description: 'Give it as `after` or `before` to go on from this order.' })
  readonly cursor!: string

  @Field(() => Order, { description: 'The order.' })
  readonly node!: Order
}

@ObjectType({
  simpleResolvers: true,
  description:
    'A page of orders (Relay connection). Cursors stay valid while orders are written. first and last are 1 to 100; 20 forward when neither is given; both together, a bad cursor, or a cursor of another sort: BAD_USER_INPUT.',
})
export class OrderConnection {
  @Field(() => [OrderEdge], { description: 'The orders with their cursors.' })
  readonly edges!: Lazy<readonly OrderEdge[]>

  @Field(() => [Order], { description: 'The orders.' })
  readonly nodes!: Lazy<readonly Order[]>

  @Field(() => PageInfo, { description: 'Whether there is more.' })
  readonly pageInfo!: Lazy<PageInfo>

  @Field(() => Int, {
    description: 'How many orders there are in all pages together. Counted only when it is asked for.',
  })
  readonly totalCount!: Lazy<number>
}

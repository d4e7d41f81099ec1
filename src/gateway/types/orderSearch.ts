import { Field, Float, Int, ObjectType } from 'type-graphql'
import { Order } from './order.js'
import { type Lazy, PageInfo } from './pageInfo.js'

@ObjectType({ simpleResolvers: true, description: 'An order that a search found.' })
export class OrderSearchHit {
  @Field(() => String, { description: 'Give it as `after` to go on behind this hit.' })
  readonly cursor!: string

  @Field(() => Order, { description: 'The order.' })
  readonly node!: Order

  @Field(() => Float, { nullable: true, description: 'How well it matches; not comparable between installations.' })
  readonly score!: number | null

  @Field(() => [String], {
    description: 'The matching texts with <em> around each match, everything else escaped for HTML.',
  })
  readonly highlights!: readonly string[]
}

@ObjectType({ simpleResolvers: true, description: 'One value of a facet.' })
export class FacetValue {
  @Field(() => String, { description: 'The value.' })
  readonly value!: string

  @Field(() => Int, { description: 'How many of all matches have it.' })
  readonly count!: number
}

@ObjectType({ simpleResolvers: true, description: 'How all matches of a search divide by one field.' })
export class Facet {
  @Field(() => String, { description: 'status, sku or region.' })
  readonly field!: string

  @Field(() => [FacetValue], { description: 'Its values, the most frequent first.' })
  readonly values!: readonly FacetValue[]
}

@ObjectType({
  simpleResolvers: true,
  description: 'A page of what a search found: exact matches first, then forgiven ones, newest first in each.',
})
export class OrderSearchConnection {
  @Field(() => [OrderSearchHit], { description: 'The hits with cursors and highlights.' })
  readonly edges!: Lazy<readonly OrderSearchHit[]>

  @Field(() => [Order], { description: 'The orders found.' })
  readonly nodes!: Lazy<readonly Order[]>

  @Field(() => PageInfo, { description: 'Whether there is more.' })
  readonly pageInfo!: Lazy<PageInfo>

  @Field(() => Int, { description: 'How many orders match in all. Counted only when it is asked for.' })
  readonly totalCount!: Lazy<number>

  @Field(() => [Facet], {
    description: 'How all matches divide by status, sku and region. Counted only when it is asked for.',
  })
  readonly facets!: Lazy<readonly Facet[]>
}

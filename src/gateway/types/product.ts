import { Field, ID, Int, ObjectType } from 'type-graphql'
import type { ProductDocument } from '../../contract/documents.js'
import { Money, moneyOf } from './money.js'
import { type Lazy, PageInfo } from './pageInfo.js'
import { DateTime } from './scalars.js'

@ObjectType({ simpleResolvers: true, description: 'A product of the catalogue.' })
export class Product {
  @Field(() => ID, { description: 'Stock keeping unit: the id of the product.' })
  readonly sku!: string

  @Field(() => Int, { description: 'Number of events this view has applied.' })
  readonly version!: number

  @Field(() => String, { description: 'What it is called.' })
  readonly name!: string

  @Field(() => String, { nullable: true, description: 'Where it belongs in the catalogue, if anywhere.' })
  readonly category!: string | null

  @Field(() => Money, { description: 'The present price of one piece.' })
  readonly unitPrice!: Money

  @Field(() => Int, { description: 'Pieces in stock.' })
  readonly onHand!: number

  @Field(() => DateTime, { description: 'When it last changed.' })
  readonly updatedAt!: string
}

export function productOf(document: ProductDocument): Product {
  return { ...document, sku: document.id, unitPrice: moneyOf(document.unitPriceMinor, document.currency) }
}

@ObjectType({ simpleResolvers: true, description: 'A product and its place in the list.' })
export class ProductEdge {
  @Field(() => String, { description: 'Give it as `after` to go on behind this product.' })
  readonly cursor!: string

  @Field(() => Product, { description: 'The product.' })
  readonly node!: Product
}

@ObjectType({ simpleResolvers: true, description: 'A page of products, in the order of their sku.' })
export class ProductConnection {
  @Field(() => [ProductEdge], { description: 'The products with their cursors.' })
  readonly edges!: Lazy<readonly ProductEdge[]>

  @Field(() => [Product], { description: 'The products.' })
  readonly nodes!: Lazy<readonly Product[]>

  @Field(() => PageInfo, { description: 'Whether there is more.' })
  readonly pageInfo!: Lazy<PageInfo>

  @Field(() => Int, {
    description: 'How many products there are in all pages together. Counted only when it is asked for.',
  })
  readonly totalCount!: Lazy<number>
}

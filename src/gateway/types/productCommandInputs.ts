import { Field, ID, InputType, Int } from 'type-graphql'
import { MoneyInput } from './money.js'

const COMMAND_ID =
  'Your idempotency key, any string up to 128 characters: a repeat answers with the stored first result. Made by the server when left out.'
const EXPECTED_VERSION = 'Refuse with VERSION_CONFLICT unless the product is exactly at this version.'
const SKU = 'The product.'

@InputType({ description: 'A new product of the catalogue.' })
export class AddProductInput {
  @Field(() => ID, { nullable: true, description: COMMAND_ID })
  readonly commandId?: string | null

  @Field(() => ID, { description: "The new product's id, 1 to 128 printable characters." })
  readonly sku!: string

  @Field(() => String, { description: 'Name, 1 to 200 characters.' })
  readonly name!: string

  @Field(() => String, { nullable: true, description: 'Where it belongs in the catalogue.' })
  readonly category?: string | null

  @Field(() => MoneyInput, { description: 'Price of one piece.' })
  readonly unitPrice!: MoneyInput

  @Field(() => Int, { nullable: true, defaultValue: 0, description: 'Pieces in stock.' })
  readonly onHand?: number | null
}

@InputType({ description: 'A new price. Orders that were placed before keep theirs.' })
export class ChangeProductPriceInput {
  @Field(() => ID, { nullable: true, description: COMMAND_ID })
  readonly commandId?: string | null

  @Field(() => Int, { nullable: true, description: EXPECTED_VERSION })
  readonly expectedVersion?: number | null

  @Field(() => ID, { description: SKU })
  readonly sku!: string

  @Field(() => MoneyInput, { description: "The new price of one piece, in the product's currency." })
  readonly unitPrice!: MoneyInput
}

@InputType({ description: 'Either set the counted stock, or adjust it by a delta.' })
export class UpdateInventoryInput {
  @Field(() => ID, { nullable: true, description: COMMAND_ID })
  readonly commandId?: string | null

  @Field(() => Int, { nullable: true, description: EXPECTED_VERSION })
  readonly expectedVersion?: number | null

  @Field(() => ID, { description: SKU })
  readonly sku!: string

  @Field(() => Int, { nullable: true, description: 'The stock as it was counted.' })
  readonly setOnHand?: number | null

  @Field(() => Int, { nullable: true, description: 'What came in (above zero) or went out (below).' })
  readonly adjustBy?: number | null

  @Field(() => String, { description: 'Why, at most 500 characters.' })
  readonly reason!: string
}

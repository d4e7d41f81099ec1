import { Field, InputType, ObjectType } from 'type-graphql'
import { formatMinor } from '../../contract/amounts.js'
import { Decimal } from './scalars.js'

@ObjectType({ simpleResolvers: true, description: 'An exact amount of one currency.' })
export class Money {
  @Field(() => Decimal, { description: "The amount in major units, with exactly the currency's decimals." })
  readonly amount!: string

  @Field(() => String, { description: 'ISO 4217, e.g. "USD".' })
  readonly currency!: string
}

/** amountMinor: integer minor units of `currency`. */
export function moneyOf(amountMinor: number | bigint, currency: string): Money {
  return { amount: formatMinor(amountMinor, currency), currency }
}

@InputType({
  description:
    'An amount to command with. More decimals than the currency has, or an unknown currency, is the user error INVALID_INPUT.',
})
export class MoneyInput {
  @Field(() => Decimal, { description: 'In major units, e.g. "19.90".' })
  readonly amount!: string

  @Field(() => String, { description: 'ISO 4217, e.g. "USD".' })
  readonly currency!: string
}

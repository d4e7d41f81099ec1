import { Field, ID, InputType, Int } from 'type-graphql'

const COMMAND_ID =
  'Your idempotency key, any string up to 128 characters: a repeat answers with the stored first result. Made by the server when left out.'

@InputType({ description: 'A new customer.' })
export class RegisterCustomerInput {
  @Field(() => ID, { nullable: true, description: COMMAND_ID })
  readonly commandId?: string | null

  @Field(() => ID, {
    nullable: true,
    description: "The new customer's id, 1 to 128 printable characters. Made by the server when left out.",
  })
  readonly customerId?: string | null

  @Field(() => String, { description: 'Name, 1 to 200 characters.' })
  readonly name!: string

  @Field(() => String, { description: 'E-mail address.' })
  readonly email!: string
}

@InputType({ description: 'A new name, a new e-mail address, or both. What is left out stays.' })
export class ChangeCustomerContactInput {
  @Field(() => ID, { nullable: true, description: COMMAND_ID })
  readonly commandId?: string | null

  @Field(() => Int, {
    nullable: true,
    description: 'Refuse with VERSION_CONFLICT unless the customer is exactly at this version.',
  })
  readonly expectedVersion?: number | null

  @Field(() => ID, { description: 'The customer.' })
  readonly customerId!: string

  @Field(() => String, { nullable: true, description: 'The new name.' })
  readonly name?: string | null

  @Field(() => String, { nullable: true, description: 'The new e-mail address.' })
  readonly email?: string | null
}

@InputType({ description: "Erases a customer's personal data for good." })
export class ForgetCustomerInput {
  @Field(() => ID, { nullable: true, description: COMMAND_ID })
  readonly commandId?: string | null

  @Field(() => ID, { description: 'The customer.' })
  readonly customerId!: string

  @Field(() => String, { description: 'Why, at most 500 characters; no personal data.' })
  readonly reason!: string
}

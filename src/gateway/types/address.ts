import { Field, InputType, ObjectType } from 'type-graphql'

@ObjectType({ simpleResolvers: true, description: 'Where an order goes.' })
export class Address {
  @Field(() => String, { description: 'Street and number.' })
  readonly line1!: string

  @Field(() => String, { nullable: true, description: 'Whatever more the carrier needs: flat, floor, care of.' })
  readonly line2!: string | null

  @Field(() => String, { description: 'City or town.' })
  readonly city!: string

  @Field(() => String, { nullable: true, description: 'State, province or region, as written.' })
  readonly region!: string | null

  @Field(() => String, { description: 'Postal code, as written.' })
  readonly postalCode!: string

  @Field(() => String, { description: 'ISO 3166-1 alpha-2, e.g. "US".' })
  readonly country!: string
}

@InputType({ description: 'Where an order should go. Each text has 1 to 200 characters.' })
export class AddressInput {
  @Field(() => String, { description: 'Street and number.' })
  readonly line1!: string

  @Field(() => String, { nullable: true, description: 'Whatever more the carrier needs: flat, floor, care of.' })
  readonly line2?: string | null

  @Field(() => String, { description: 'City or town.' })
  readonly city!: string

  @Field(() => String, { nullable: true, description: 'State, province or region.' })
  readonly region?: string | null

  @Field(() => String, { description: 'Postal code.' })
  readonly postalCode!: string

  @Field(() => String, { description: 'ISO 3166-1 alpha-2, e.g. "US".' })
  readonly country!: string
}

import { Field, ID, Int, ObjectType } from 'type-graphql'

@ObjectType({ simpleResolvers: true, description: "A customer's read model." })
export class Customer {
  @Field(() => ID, { description: "The customer's id." })
  readonly id!: string

  @Field(() => Int, { description: 'Number of events this view has applied.' })
  readonly version!: number

  @Field(() => String, { nullable: true, description: 'Null once the customer is forgotten.' })
  readonly name!: string | null

  @Field(() => String, { nullable: true, description: 'Null once the customer is forgotten.' })
  readonly email!: string | null

  @Field(() => Boolean, { description: 'Whether the personal data of this customer was erased.' })
  readonly forgotten!: boolean
}

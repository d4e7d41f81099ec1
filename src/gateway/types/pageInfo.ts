import { Field, ObjectType } from 'type-graphql'

/** A value that is worked out only when a selection asks for it. */
export type Lazy<Value> = Value | Promise<Value>

@ObjectType({ simpleResolvers: true, description: 'Whether there is more on either side of a page.' })
export class PageInfo {
  @Field(() => Boolean, { description: 'Whether something lies behind the last item.' })
  readonly hasNextPage!: Lazy<boolean>

  @Field(() => Boolean, { description: 'Whether something lies before the first item.' })
  readonly hasPreviousPage!: Lazy<boolean>

  @Field(() => String, { nullable: true, description: 'Cursor of the first item; null on an empty page.' })
  readonly startCursor!: string | null

  @Field(() => String, { nullable: true, description: 'Cursor of the last item; null on an empty page.' })
  readonly endCursor!: string | null
}

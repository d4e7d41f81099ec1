import { Field, Float, Int, ObjectType } from 'type-graphql'

@ObjectType({ simpleResolvers: true, description: 'How far one projection is behind the event log.' })
export class ProjectionStatus {
  @Field(() => String, { description: "The projection's name; it never changes between releases." })
  readonly name!: string

  @Field(() => Int, { description: 'Events that it has still to look at.' })
  readonly lagEvents!: number

  @Field(() => Float, { description: 'Age of the oldest of them; 0 when there is none.' })
  readonly lagSeconds!: number

  @Field(() => Int, { description: 'Streams that are set aside because one of their events could not be applied.' })
  readonly quarantinedStreams!: number

  @Field(() => Boolean, { description: 'Whether it reports regularly, keeps up, and has set nothing aside.' })
  readonly healthy!: boolean
}

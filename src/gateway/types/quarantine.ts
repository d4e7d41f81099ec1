import { Field, ID, Int, ObjectType, registerEnumType } from 'type-graphql'
import { DateTime } from './scalars.js'
import { UserError } from './userError.js'

/** What came of asking a projector to take a stream up again. */
export const QuarantineOutcome = {
  RELEASED: 'RELEASED',
  STILL_QUARANTINED: 'STILL_QUARANTINED',
  REQUESTED: 'REQUESTED',
} as const
export type QuarantineOutcome = keyof typeof QuarantineOutcome

registerEnumType(QuarantineOutcome, {
  name: 'QuarantineOutcome',
  description: 'What came of asking a projector to take a stream up again.',
  valuesConfig: {
    RELEASED: { description: 'Everything that was passed over is applied and announced.' },
    STILL_QUARANTINED: { description: "The stream's event still can't be applied; streams says what it fails at now." },
    REQUESTED: {
      description: 'No projector has taken it up yet. The request stays, and the next one that runs does it.',
    },
  },
})

/** What an operator has asked for. */
export const QuarantineRequest = { RETRY: 'RETRY', RELEASE: 'RELEASE' } as const
export type QuarantineRequest = keyof typeof QuarantineRequest

registerEnumType(QuarantineRequest, {
  name: 'QuarantineRequest',
  description: 'What a projector was asked to do with a stream in quarantine.',
  valuesConfig: {
    RETRY: { description: 'To try the event again, and go on from the document as it is.' },
    RELEASE: {
      description: 'To write the document anew from the log first, and announce every version of the stream again.',
    },
  },
})

@ObjectType({
  simpleResolvers: true,
  description: 'A stream that a projection could not go on with, and has set aside. All other streams go on.',
})
export class QuarantinedStream {
  @Field(() => String, { description: 'The projection whose document stands still.' })
  readonly projection!: string

  @Field(() => ID, {
    description: 'The stream: its category and the id of the order, customer or product, e.g. "order-1".',
  })
  readonly streamId!: string

  @Field(() => Int, { description: 'Version of the event that could not be applied.' })
  readonly failedVersion!: number

  @Field(() => String, { description: "The event's type." })
  readonly eventType!: string

  @Field(() => String, { nullable: true, description: "The event's place in the log; opaque." })
  readonly eventPosition!: string | null

  @Field(() => String, { description: 'What is wrong with it. No personal data.' })
  readonly error!: string

  @Field(() => Int, { description: 'How often it was tried.' })
  readonly attempts!: number

  @Field(() => DateTime, { description: 'Since when the stream stands still.' })
  readonly quarantinedAt!: string

  @Field(() => Int, { description: 'Events were passed over up to this version.' })
  readonly lastSkipped!: number

  @Field(() => QuarantineRequest, { nullable: true, description: 'What was asked for and is not done yet.' })
  readonly request!: QuarantineRequest | null
}

@ObjectType({ simpleResolvers: true, description: 'What came of taking a stream up again, or the rules that said no.' })
export class QuarantinePayload {
  @Field(() => QuarantineOutcome, { nullable: true, description: 'Null where a rule said no.' })
  readonly outcome!: QuarantineOutcome | null

  @Field(() => [QuarantinedStream], {
    description: 'What of the stream is in quarantine now, a row for each projection.',
  })
  readonly streams!: readonly QuarantinedStream[]

  @Field(() => [UserError], { description: 'The rules that said no; empty where it was accepted.' })
  readonly userErrors!: readonly UserError[]
}

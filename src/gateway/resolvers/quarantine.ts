import { Arg, Ctx, ID, Int, Mutation, Query, Resolver } from 'type-graphql'
import type { AskOutcome, ParkedStream, ReleaseRequest } from '../../read/index.js'
import type { GatewayContext } from '../context.js'
import { QuarantinedStream, QuarantineOutcome, QuarantinePayload } from '../types/quarantine.js'

const DEFAULT_STREAMS = 50
const DEFAULT_TIMEOUT_MS = 2_000

const STREAM_ID = 'The stream, e.g. "order-1"; every projection that it is in quarantine for is meant.'
const TIMEOUT = {
  nullable: true,
  defaultValue: DEFAULT_TIMEOUT_MS,
  description: 'How long to wait for a projector to do it, in milliseconds: 0 to 10,000.',
}

/** For staff. As long as there is no login, whoever reaches the API is staff: the server listens on loopback alone. */
@Resolver()
export class QuarantineResolver {
  @Query(() => [QuarantinedStream], {
    description: 'Streams that a projection could not go on with and has set aside, in the order of their ids.',
  })
  async quarantinedStreams(
    @Arg('streamId', () => ID, { nullable: true, description: 'Only this stream.' }) streamId:
      | string
      | null
      | undefined,
    @Arg('first', () => Int, {
      nullable: true,
      defaultValue: DEFAULT_STREAMS,
      description: 'At most so many, 1 to 100.',
    })
    first: number | null | undefined,
    @Ctx() { readSide: { quarantine } }: GatewayContext,
  ): Promise<QuarantinedStream[]> {
    const rows = typeof streamId === 'string' ? await quarantine.find(streamId) : await quarantine.list()
    return rows.slice(0, first ?? DEFAULT_STREAMS).map(quarantinedStreamOf)
  }

  @Mutation(() => QuarantinePayload, {
    description:
      'Has a projector try the event of a stream in quarantine again, and go on from the document as it is. What still fails stays in quarantine.',
  })
  retryQuarantinedStream(
    @Arg('streamId', () => ID, { description: STREAM_ID }) streamId: string,
    @Arg('timeoutMs', () => Int, TIMEOUT) timeoutMs: number | null | undefined,
    @Ctx() context: GatewayContext,
  ): Promise<QuarantinePayload> {
    return ask(streamId, 'retry', timeoutMs, context)
  }

  @Mutation(() => QuarantinePayload, {
    description:
      'Has a projector write the document of a stream in quarantine anew from the log, apply what was passed over, and announce every version again.',
  })
  releaseQuarantinedStream(
    @Arg('streamId', () => ID, { description: STREAM_ID }) streamId: string,
    @Arg('timeoutMs', () => Int, TIMEOUT) timeoutMs: number | null | undefined,
    @Ctx() context: GatewayContext,
  ): Promise<QuarantinePayload> {
    return ask(streamId, 'release', timeoutMs, context)
  }
}

async function ask(
  streamId: string,
  kind: ReleaseRequest['kind'],
  timeoutMs: number | null | undefined,
  { readSide: { quarantine }, source }: GatewayContext,
): Promise<QuarantinePayload> {
  const outcome = await quarantine.ask(streamId, kind, {
    timeoutMs: timeoutMs ?? DEFAULT_TIMEOUT_MS,
    signal: source.signal(),
  })
  if (outcome.kind !== 'not-parked') {
    const streams = outcome.kind === 'released' ? [] : outcome.rows.map(quarantinedStreamOf)
    return { outcome: OUTCOMES[outcome.kind], streams, userErrors: [] }
  }
  const message = `Expected a stream in quarantine, found that "${streamId}" is not.`
  const error = { code: 'STREAM_NOT_QUARANTINED', message, field: ['streamId'], retryable: false } as const
  return { outcome: null, streams: [], userErrors: [error] }
}

const OUTCOMES: Readonly<Record<Exclude<AskOutcome['kind'], 'not-parked'>, QuarantineOutcome>> = {
  released: QuarantineOutcome.RELEASED,
  'still-parked': QuarantineOutcome.STILL_QUARANTINED,
  asked: QuarantineOutcome.REQUESTED,
}

function quarantinedStreamOf(row: ParkedStream): QuarantinedStream {
  const { projection, streamId, failedVersion, eventType, eventPosition, error, attempts, lastSkipped } = row
  return {
    projection,
    streamId,
    failedVersion,
    eventType,
    eventPosition: eventPosition === '' ? null : eventPosition,
    error,
    attempts,
    lastSkipped,
    quarantinedAt: row.parkedAt,
    request: row.request && (row.request.kind === 'retry' ? 'RETRY' : 'RELEASE'),
  }
}

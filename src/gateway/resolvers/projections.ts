import { Ctx, Query, Resolver } from 'type-graphql'
import type { ProjectionProgress } from '../../read/index.js'
import type { GatewayContext } from '../context.js'
import { ProjectionStatus } from '../types/projectionStatus.js'

/** A board that nobody wrote for so long belongs to a projector that is down. */
const SILENCE_MS = 30_000
/** Behind by more than this, a projection does not keep up. */
const HEALTHY_LAG_SECONDS = 60

@Resolver()
export class ProjectionsResolver {
  @Query(() => [ProjectionStatus], { description: 'How far each projection is behind the event log.' })
  async projections(@Ctx() context: GatewayContext): Promise<ProjectionStatus[]> {
    const progress = await context.readSide.status.read()
    const now = Date.now()
    return progress.map((each) => statusOf(each, now))
  }
}

function statusOf(
  { projection, lagEvents, lagSeconds, quarantinedStreams, reportedAt }: ProjectionProgress,
  now: number,
): ProjectionStatus {
  const heardFrom = now - Date.parse(reportedAt) < SILENCE_MS
  const healthy = heardFrom && lagSeconds < HEALTHY_LAG_SECONDS && quarantinedStreams === 0
  return { name: projection, lagEvents, lagSeconds, quarantinedStreams, healthy }
}

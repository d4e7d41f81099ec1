import { Ctx, Query, Resolver } from 'type-graphql'
import type { ReportedProgress } from '../../read/index.js'
import type { GatewayContext } from '../context.js'
import { ProjectionStatus } from '../types/projectionStatus.js'

/** A board that nobody wrote for so long belongs to a projector that is down. */
const SILENCE_SECONDS = 30
/** Behind by more than this, a projection does not keep up. */
const HEALTHY_LAG_SECONDS = 60

@Resolver()
export class ProjectionsResolver {
  @Query(() => [ProjectionStatus], { description: 'How far each projection is behind the event log.' })
  async projections(@Ctx() context: GatewayContext): Promise<ProjectionStatus[]> {
    const progress = await context.readSide.status.read()
    return progress.map(statusOf)
  }
}

function statusOf(progress: ReportedProgress): ProjectionStatus {
  const { projection, lagEvents, lagSeconds, quarantinedStreams, silentSeconds } = progress
  const heardFrom = silentSeconds < SILENCE_SECONDS
  const healthy = heardFrom && lagSeconds < HEALTHY_LAG_SECONDS && quarantinedStreams === 0
  return { name: projection, lagEvents, lagSeconds, quarantinedStreams, healthy }
}

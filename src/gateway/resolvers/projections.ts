import { Ctx, Query, Resolver } from 'type-graphql'
import { isHealthy, type ReportedProgress } from '../../read/index.js'
import type { GatewayContext } from '../context.js'
import { ProjectionStatus } from '../types/projectionStatus.js'

@Resolver()
export class ProjectionsResolver {
  @Query(() => [ProjectionStatus], { description: 'How far each projection is behind the event log.' })
  async projections(@Ctx() context: GatewayContext): Promise<ProjectionStatus[]> {
    const progress = await context.readSide.status.read()
    return progress.map(statusOf)
  }
}

function statusOf(progress: ReportedProgress): ProjectionStatus {
  const { projection, lagEvents, lagSeconds, quarantinedStreams } = progress
  return { name: projection, lagEvents, lagSeconds, quarantinedStreams, healthy: isHealthy(progress) }
}

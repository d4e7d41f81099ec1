import type { LogObserver } from '../src/bus/logObserver.js'
import { PROJECTION_NAMES } from '../src/contract/documents.js'
import type { GlobalPosition } from '../src/contract/globalPosition.js'
import type { ParkedStreams } from '../src/read/parkedStreams.js'
import type { ProjectionStatusBoard } from '../src/read/projectionStatus.js'

/** Tells the read store how far the projections are: all of them take the same slices, so they are equally far. */
export async function reportStatus(
  done: GlobalPosition,
  parts: {
    readonly observer: LogObserver
    readonly parked: ParkedStreams
    readonly status: Pick<ProjectionStatusBoard, 'report'>
  },
): Promise<void> {
  const [lag, parked] = await Promise.all([parts.observer.lagBehind(done), parts.parked.list()])
  await parts.status.report(
    PROJECTION_NAMES.map((projection) => ({
      projection,
      lagEvents: lag.events,
      lagSeconds: lag.seconds,
      quarantinedStreams: parked.filter((stream) => stream.projection === projection).length,
      reportedAt: lag.asOf,
    })),
  )
}

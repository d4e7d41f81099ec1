import { ATTRIBUTES } from '../telemetry/attributeNames.js'
import type { Instruments } from '../telemetry/instruments.js'
import { METRICS } from '../telemetry/metricNames.js'
import type { ProjectionProgress, ProjectionStatusBoard } from './projectionStatus.js'

/** A projector reports every second. What it has not said for so long is not known any more, and a number that stands still would look like health. */
const STALE_MS = 15_000

type Reporting = Pick<ProjectionStatusBoard, 'report'>

/** Exports what a projector reports of its progress, also while the board can't be written. */
export function measuredStatus(board: Reporting, instruments: Instruments): Reporting {
  const { projectionLagEvents, projectionLagTime, quarantinedStreams } = METRICS
  let last: { readonly statuses: readonly ProjectionProgress[]; readonly at: number } | undefined
  instruments.observe([projectionLagEvents, projectionLagTime, quarantinedStreams], (tell) => {
    if (!last || performance.now() - last.at > STALE_MS) return
    for (const status of last.statuses) {
      const attributes = { [ATTRIBUTES.projection]: status.projection }
      tell(projectionLagEvents, status.lagEvents, attributes)
      tell(projectionLagTime, status.lagSeconds, attributes)
      tell(quarantinedStreams, status.quarantinedStreams, attributes)
    }
  })
  return {
    report: (statuses) => {
      last = { statuses, at: performance.now() }
      return board.report(statuses)
    },
  }
}

import type { LogObserver } from '../bus/logObserver.js'
import { METRICS } from '../telemetry/metricNames.js'
import { ServerClock } from '../telemetry/serverClock.js'
import type { LogReader } from '../write/index.js'
import type { Assembly } from './assembly.js'

/** The clock of the log's database, by which everything is measured that begins with an event. */
export function startLogClock({ starting }: Assembly, log: Pick<LogReader, 'serverTime'>): ServerClock {
  const clock = new ServerClock(() => log.serverTime())
  starting.defer(() => clock.stop())
  return clock
}

/** For a process that reads the log in order. */
export function observeHorizon({ instruments, starting }: Assembly, observer: LogObserver): void {
  const { horizonAge } = METRICS
  starting.defer(
    instruments.observe([horizonAge], async (tell) => {
      tell(horizonAge, await observer.horizonAge())
    }),
  )
}

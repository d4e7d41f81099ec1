import { getHeapSpaceStatistics } from 'node:v8'
import { ATTRIBUTES } from './attributeNames.js'
import { EventLoopDelay } from './eventLoopDelay.js'
import type { Instruments } from './instruments.js'
import { METRICS } from './metricNames.js'

const MICROSECONDS_PER_SECOND = 1e6

const { eventLoopDelayMean, eventLoopDelayP99, eventLoopDelayMax, memoryUsage, heapUsed, cpuTime, uptime } = METRICS

/** What a process tells of itself. Returns what ends it. */
export function observeProcess(instruments: Instruments): () => void {
  const delay = new EventLoopDelay()
  const stops = [
    instruments.observe([eventLoopDelayMean, eventLoopDelayP99, eventLoopDelayMax], (tell) => {
      const lateness = delay.lateness
      if (!lateness) return
      tell(eventLoopDelayMean, lateness.mean)
      tell(eventLoopDelayP99, lateness.p99)
      tell(eventLoopDelayMax, lateness.max)
    }),
    instruments.observe([memoryUsage, heapUsed, cpuTime, uptime], (tell) => {
      tell(memoryUsage, process.memoryUsage.rss())
      for (const { space_name, space_used_size } of getHeapSpaceStatistics()) {
        tell(heapUsed, space_used_size, { [ATTRIBUTES.heapSpace]: space_name })
      }
      const { user, system } = process.cpuUsage()
      tell(cpuTime, user / MICROSECONDS_PER_SECOND, { [ATTRIBUTES.cpuMode]: 'user' })
      tell(cpuTime, system / MICROSECONDS_PER_SECOND, { [ATTRIBUTES.cpuMode]: 'system' })
      tell(uptime, process.uptime())
    }),
  ]
  return () => {
    for (const stop of stops) stop()
    delay.stop()
  }
}

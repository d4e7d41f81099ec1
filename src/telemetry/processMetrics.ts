import { monitorEventLoopDelay } from 'node:perf_hooks'
import { getHeapSpaceStatistics } from 'node:v8'
import { ATTRIBUTES } from './attributeNames.js'
import type { Instruments } from './instruments.js'
import { METRICS } from './metricNames.js'

const RESOLUTION_MS = 20
const NS_PER_SECOND = 1e9
const MICROSECONDS_PER_SECOND = 1e6

const { eventLoopDelayMean, eventLoopDelayP99, eventLoopDelayMax, memoryUsage, heapUsed, cpuTime, uptime } = METRICS

/** What a process tells of itself. Returns what ends it. */
export function observeProcess(instruments: Instruments): () => void {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  delay.enable()
  // The histogram's timer fires every RESOLUTION_MS: that much of what it measures is not lateness.
  const late = (measuredNs: number) => Math.max(0, measuredNs / NS_PER_SECOND - RESOLUTION_MS / 1_000)
  const stops = [
    instruments.observe([eventLoopDelayMean, eventLoopDelayP99, eventLoopDelayMax], (tell) => {
      if (delay.count === 0) return
      tell(eventLoopDelayMean, late(delay.mean))
      tell(eventLoopDelayP99, late(delay.percentile(99)))
      tell(eventLoopDelayMax, late(delay.max))
      delay.reset()
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
    delay.disable()
  }
}

import { LRUCache } from 'lru-cache'
import type { Instruments } from '../../telemetry/instruments.js'
import { METRICS } from '../../telemetry/metricNames.js'
import type { AppendGroup } from './appendGroup.js'
import type { EventStore, StreamReader } from './eventStore.js'

/** Of appends that met a conflict, to recognise the next try of the same command. */
const MAX_REMEMBERED = 10_000

/** Measures groups: how many appends share a commit, how long it takes, and how many fail as a whole. */
export function measuredGroups(append: AppendGroup, instruments: Instruments): AppendGroup {
  const size = instruments.histogram(METRICS.appendGroupSize)
  const duration = instruments.histogram(METRICS.appendGroupDuration)
  const failures = instruments.counter(METRICS.appendGroupFailures)
  return async (prisma, group) => {
    const startedAt = performance.now()
    size.record(group.length)
    try {
      return await append(prisma, group)
    } catch (error) {
      failures.add(1)
      throw error
    } finally {
      duration.record((performance.now() - startedAt) / 1_000)
    }
  }
}

/** Counts lost races, and the tries that follow from them: those of one command have one event id. */
export function measuredConflicts(
  store: EventStore & StreamReader,
  instruments: Instruments,
): EventStore & StreamReader {
  const conflicts = instruments.counter(METRICS.appendConflicts)
  const retries = instruments.counter(METRICS.appendRetries)
  const conflicted = new LRUCache<string, true>({ max: MAX_REMEMBERED })
  return {
    load: (request) => store.load(request),
    findByCommand: (principal, commandId) => store.findByCommand(principal, commandId),
    readStream: (streamId, from, to) => store.readStream(streamId, from, to),
    append: async (request) => {
      if (conflicted.delete(request.eventId)) retries.add(1)
      const result = await store.append(request)
      if (result.kind === 'conflict') {
        conflicts.add(1)
        conflicted.set(request.eventId, true)
      }
      return result
    },
  }
}

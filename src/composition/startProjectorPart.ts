import { followGenerations } from '../../projector/generations/followGenerations.js'
import type { Projector } from '../../projector/projector.js'
import { measuredBus } from '../bus/measuredBus.js'
import type { PersonalDataCipher } from '../contract/personalData.js'
import type { ProbedPart } from '../health/probes.js'
import { measuredStatus } from '../read/measuredStatus.js'
import { TimeToVisible } from '../read/timeToVisible.js'
import { tracedDocuments, tracedFeed } from '../read/tracedWrites.js'
import { METRICS } from '../telemetry/metricNames.js'
import type { ServerClock } from '../telemetry/serverClock.js'
import type { LogReader } from '../write/index.js'
import type { Assembly } from './assembly.js'
import type { ReadModels } from './openReadModels.js'
import type { Transport } from './openTransport.js'
import { isStuck } from './stuck.js'

/** Returns how the projector is. */
export function startProjectorPart(
  { config, logger, instruments, starting }: Assembly,
  parts: {
    readonly log: Pick<LogReader, 'streamReader' | 'customerKeys'>
    readonly transport: Transport
    readonly readModels: ReadModels
    readonly cipher: PersonalDataCipher
    readonly clock: ServerClock
  },
): () => ProbedPart {
  const { streamReader, customerKeys } = parts.log
  const { bus, observer, scan, checkpoints } = parts.transport
  const { generations, registry, feed, status, cache } = parts.readModels
  const followed = followGenerations({
    registry,
    generations,
    dressed: (documents) => tracedDocuments(documents, config.elasticsearch ? 'elasticsearch' : 'postgresql'),
    bus: measuredBus(bus, instruments),
    observer,
    scan,
    checkpoints,
    feed: new TimeToVisible(parts.clock, instruments).published(
      tracedFeed(feed, config.kafka ? 'kafka' : 'postgresql'),
    ),
    cache,
    status: measuredStatus(status, instruments),
    streamReader,
    customerKeys,
    cipher: parts.cipher,
    logger: logger.child({ part: 'projector' }),
  })
  starting.defer(() => followed.stop())
  const { driftCompared, driftDiffering } = METRICS
  const stopLookingAtDrift = instruments.observe([driftCompared, driftDiffering], (tell) => {
    const drift = followed.live?.drift
    if (!drift) return
    tell(driftCompared, drift.compared)
    tell(driftDiffering, drift.differing)
  })
  starting.defer(stopLookingAtDrift)
  return () => projectorState(followed)
}

/** Ready whether it has work or stands by; not while a slice fails again and again, nor while it can't come into its group. */
export function projectorState({
  all,
  live,
}: {
  readonly all: readonly Pick<Projector, 'stuckForMs'>[]
  readonly live: Pick<Projector, 'isActive'> | undefined
}): ProbedPart {
  if (all.some(isStuck)) return { part: 'projector', ok: false, state: 'stuck' }
  return { part: 'projector', ok: true, state: live?.isActive ? 'projecting' : 'standing by' }
}

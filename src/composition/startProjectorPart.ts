import { followGenerations } from '../../projector/generations/followGenerations.js'
import type { PersonalDataCipher } from '../contract/personalData.js'
import type { ProbedPart } from '../health/probes.js'
import type { LogReader } from '../write/index.js'
import type { Assembly } from './assembly.js'
import type { ReadModels } from './openReadModels.js'
import type { Transport } from './openTransport.js'

/** Many times what a slice takes, and more than a restart of the store it waits for. */
const STUCK_MS = 60_000

/** Returns how the projector is: ready whether it has work or stands by, and not while one slice fails again and again. */
export function startProjectorPart(
  { logger, starting }: Assembly,
  parts: {
    readonly log: Pick<LogReader, 'streamReader' | 'customerKeys'>
    readonly transport: Transport
    readonly readModels: ReadModels
    readonly cipher: PersonalDataCipher
  },
): () => ProbedPart {
  const { streamReader, customerKeys } = parts.log
  const { bus, observer, scan, checkpoints } = parts.transport
  const { generations, registry, feed, status, cache } = parts.readModels
  const followed = followGenerations({
    registry,
    generations,
    bus,
    observer,
    scan,
    checkpoints,
    feed,
    cache,
    status,
    streamReader,
    customerKeys,
    cipher: parts.cipher,
    logger: logger.child({ part: 'projector' }),
  })
  starting.defer(() => followed.stop())
  return () => {
    const isStuck = followed.all.some(({ sliceInWorkForMs }) => sliceInWorkForMs > STUCK_MS)
    const state = isStuck ? 'stuck' : followed.live?.isActive ? 'projecting' : 'standing by'
    return { part: 'projector', ok: !isStuck, state }
  }
}

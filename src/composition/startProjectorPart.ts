import { startProjector } from '../../projector/projector.js'
import type { PersonalDataCipher } from '../contract/personalData.js'
import type { ProbedPart } from '../health/probes.js'
import type { LogReader } from '../write/index.js'
import type { Assembly } from './assembly.js'
import type { ReadModels } from './openReadModels.js'
import type { Transport } from './openTransport.js'

/** Many times what a slice takes, and more than a restart of the store it waits for. */
const STUCK_MS = 60_000

/** Returns how the projector is: ready whether it has work or stands by, and not while one slice fails again and again. */
export async function startProjectorPart(
  { logger, starting }: Assembly,
  parts: {
    readonly log: Pick<LogReader, 'streamReader' | 'customerKeys'>
    readonly transport: Transport
    readonly readModels: ReadModels
    readonly cipher: PersonalDataCipher
  },
): Promise<() => ProbedPart> {
  const { streamReader, customerKeys } = parts.log
  const { bus, observer, scan, checkpoints } = parts.transport
  const { generations, feed, status, cache } = parts.readModels
  const { documents, parked, group } = await generations.open(await generations.current())
  const projector = startProjector({
    bus,
    observer,
    scan,
    group,
    checkpoints,
    documents,
    feed,
    cache,
    parked,
    status,
    streamReader,
    customerKeys,
    cipher: parts.cipher,
    logger: logger.child({ part: 'projector' }),
  })
  starting.defer(() => projector.stop())
  return () => {
    const isStuck = projector.sliceInWorkForMs > STUCK_MS
    const state = isStuck ? 'stuck' : projector.isActive ? 'projecting' : 'standing by'
    return { part: 'projector', ok: !isStuck, state }
  }
}

import type { KafkaBus } from '../bus/kafka/kafkaBus.js'
import type { LogReader } from '../write/index.js'
import type { Assembly } from './assembly.js'
import { KAFKA, THE_LOG, whenReachable } from './patience.js'

/** The log was put back to an earlier state, and nobody has said so. The message is one line for the operator. */
export class LogSetBack extends Error {
  override readonly name = 'LogSetBack'
  readonly code = 'LOG_SET_BACK'
}

/**
 * Whatever stands on the topics was committed in the log before. Where the newest events of them are not there, the log is a copy of an earlier
 * state, or a standby took over that had not received everything: new events would get the versions of the lost ones, and consumers would
 * take them for repeats. Throws LogSetBack, DependencyMissing.
 */
export async function requireWholeLog(
  assembly: Assembly,
  bus: Pick<KafkaBus, 'newestEvents'>,
  { streamReader }: Pick<LogReader, 'streamReader'>,
): Promise<void> {
  const newest = await whenReachable({ ...KAFKA, open: () => bus.newestEvents() }, assembly)
  for (const { streamId, streamVersion, eventId } of newest) {
    const read = () => streamReader.readStream(streamId, streamVersion, streamVersion)
    const [event] = await whenReachable({ ...THE_LOG, open: read }, assembly)
    if (event?.eventId === eventId) continue
    throw new LogSetBack(
      `Expected the log to have every event of its topics, found that it does not have version ${streamVersion} of ${streamId} as it was published: the log was put back to an earlier state. Stop every process, run "npm run admin -- restored --yes", and go on as docs/operations.md says under "Restore".`,
    )
  }
}

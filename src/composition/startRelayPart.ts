import type { ProbedPart } from '../health/probes.js'
import { startRelay } from '../write/relay/relay.js'
import type { Assembly } from './assembly.js'
import type { Transport } from './openTransport.js'

/** Fills Kafka from the log. Returns how the relay is: ready whether it leads or stands by. */
export function startRelayPart(
  { logger, starting }: Assembly,
  { bus, outbox }: NonNullable<Transport['kafka']>,
): () => ProbedPart {
  const relay = startRelay({ outbox, publisher: bus.publisher(), logger: logger.child({ part: 'relay' }) })
  starting.defer(() => relay.stop())
  return () => ({ part: 'relay', ok: true, state: relay.isLeading ? 'leading' : 'standing by' })
}

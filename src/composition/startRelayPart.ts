import { tracedPublisher } from '../bus/tracedPublisher.js'
import type { ProbedPart } from '../health/probes.js'
import { type Relay, startRelay } from '../write/relay/relay.js'
import type { Assembly } from './assembly.js'
import type { Transport } from './openTransport.js'
import { isStuck } from './stuck.js'

/** Fills Kafka from the log. Returns how the relay is. */
export function startRelayPart(
  { logger, starting }: Assembly,
  { bus, outbox }: NonNullable<Transport['kafka']>,
): () => ProbedPart {
  const relay = startRelay({
    outbox,
    publisher: tracedPublisher(bus.publisher()),
    logger: logger.child({ part: 'relay' }),
  })
  starting.defer(() => relay.stop())
  return () => relayState(relay)
}

/** Ready whether it leads or stands by; not while Kafka has to be changed first ("blocked", the log says how), nor while nothing gets through. */
export function relayState(relay: Pick<Relay, 'isLeading' | 'blockedBy' | 'stuckForMs'>): ProbedPart {
  if (relay.blockedBy) return { part: 'relay', ok: false, state: 'blocked' }
  if (isStuck(relay)) return { part: 'relay', ok: false, state: 'stuck' }
  return { part: 'relay', ok: true, state: relay.isLeading ? 'leading' : 'standing by' }
}

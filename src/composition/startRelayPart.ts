import { relayGroup } from '../bus/eventPublisher.js'
import { measuredPublisher } from '../bus/measuredPublisher.js'
import { tracedPublisher } from '../bus/tracedPublisher.js'
import type { ProbedPart } from '../health/probes.js'
import { METRICS } from '../telemetry/metricNames.js'
import { type Relay, startRelay } from '../write/relay/relay.js'
import type { Assembly } from './assembly.js'
import type { Transport } from './openTransport.js'
import { isStuck } from './stuck.js'

const { relayLagEvents, relayLagTime, relayLeading } = METRICS

/** Fills Kafka from the log. Returns how the relay is. */
export function startRelayPart(
  { logger, instruments, starting }: Assembly,
  { observer, checkpoints }: Pick<Transport, 'observer' | 'checkpoints'>,
  { bus, outbox }: NonNullable<Transport['kafka']>,
): () => ProbedPart {
  const publisher = measuredPublisher(tracedPublisher(bus.publisher()), instruments)
  const relay = startRelay({ outbox, publisher, logger: logger.child({ part: 'relay' }) })
  starting.defer(() => relay.stop())
  // A relay that stands by tells it too: while nobody leads, somebody has to.
  const stopLookingAtLag = instruments.observe([relayLagEvents, relayLagTime], async (tell) => {
    const lag = await observer.lagBehind(await checkpoints.load(relayGroup(publisher.destination)))
    tell(relayLagEvents, lag.events)
    tell(relayLagTime, lag.seconds)
  })
  starting.defer(stopLookingAtLag)
  starting.defer(instruments.observe([relayLeading], (tell) => tell(relayLeading, relay.isLeading ? 1 : 0)))
  return () => relayState(relay)
}

/** Ready whether it leads or stands by; not while Kafka has to be changed first ("blocked", the log says how), nor while nothing gets through. */
export function relayState(relay: Pick<Relay, 'isLeading' | 'blockedBy' | 'stuckForMs'>): ProbedPart {
  if (relay.blockedBy) return { part: 'relay', ok: false, state: 'blocked' }
  if (isStuck(relay)) return { part: 'relay', ok: false, state: 'stuck' }
  return { part: 'relay', ok: true, state: relay.isLeading ? 'leading' : 'standing by' }
}

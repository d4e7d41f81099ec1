import { ATTRIBUTES } from './attributeNames.js'

/**
 * Every metric that the service exports, and nowhere else a name. docs/metrics.md has the same rows for those who operate it, and a test compares.
 *
 * Names, units and attributes follow OpenTelemetry's semantic conventions: `nodejs`, `v8js` and `process` are theirs, `order_gateway` is ours. The
 * unit stands beside the name; on /metrics it is appended (prometheusName.ts).
 */
export type MetricKind = 'counter' | 'updowncounter' | 'gauge' | 'histogram'

/** The processes that export a metric; `npm start` is all three in one. */
export type Exporter = 'gateway' | 'relay' | 'projector'

export interface MetricDescription<Kind extends MetricKind = MetricKind> {
  readonly kind: Kind
  readonly name: string
  /** UCUM; braces hold what is counted. */
  readonly unit: string
  readonly description: string
  readonly attributes: readonly string[]
  readonly from: readonly Exporter[]
  /** Upper bounds of a histogram's buckets, in its unit. */
  readonly buckets?: readonly number[]
}

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
const LONG_SECONDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300]
const POWERS_OF_TWO = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512]
const EVERY: readonly Exporter[] = ['gateway', 'relay', 'projector']
const { command, outcome, projection, stage, result, field, operationType, errorType, heapSpace, cpuMode } = ATTRIBUTES

export const METRICS = {
  commands: {
    kind: 'counter',
    name: 'order_gateway.commands',
    unit: '{command}',
    description: 'Commands that were answered, those of the sample data included.',
    attributes: [command, outcome],
    from: ['gateway'],
  },
  commandDuration: {
    kind: 'histogram',
    name: 'order_gateway.command.duration',
    unit: 's',
    description: 'From a command to its answer: load, decide, append, and again after a lost race.',
    attributes: [command],
    from: ['gateway'],
    buckets: SECONDS,
  },
  appendConflicts: {
    kind: 'counter',
    name: 'order_gateway.append.conflicts',
    unit: '{conflict}',
    description: 'Appends that found their stream version or command id taken.',
    attributes: [],
    from: ['gateway'],
  },
  appendRetries: {
    kind: 'counter',
    name: 'order_gateway.append.retries',
    unit: '{retry}',
    description: 'Appends of a command that was decided again after a conflict.',
    attributes: [],
    from: ['gateway'],
  },
  appendGroupSize: {
    kind: 'histogram',
    name: 'order_gateway.append.group.size',
    unit: '{event}',
    description: 'Events that shared one statement and one commit.',
    attributes: [],
    from: ['gateway'],
    buckets: POWERS_OF_TWO,
  },
  appendGroupDuration: {
    kind: 'histogram',
    name: 'order_gateway.append.group.duration',
    unit: 's',
    description: 'From sending a group of appends to its commit or failure.',
    attributes: [],
    from: ['gateway'],
    buckets: SECONDS,
  },
  appendGroupFailures: {
    kind: 'counter',
    name: 'order_gateway.append.group.failures',
    unit: '{group}',
    description: 'Groups of appends that failed as a whole; their events are sent again one by one.',
    attributes: [],
    from: ['gateway'],
  },
  operationDuration: {
    kind: 'histogram',
    name: 'order_gateway.operation.duration',
    unit: 's',
    description: 'From a GraphQL query or mutation to its answer, over HTTP or a socket, waits for tokens included.',
    attributes: [operationType, field, errorType],
    from: ['gateway'],
    buckets: SECONDS,
  },
  cacheReads: {
    kind: 'counter',
    name: 'order_gateway.cache.reads',
    unit: '{document}',
    description: 'Documents that were looked for in the cache.',
    attributes: [projection, result],
    from: ['gateway'],
  },
  socketsOpen: {
    kind: 'gauge',
    name: 'order_gateway.sockets.open',
    unit: '{socket}',
    description: 'WebSocket connections.',
    attributes: [],
    from: ['gateway'],
  },
  subscriptionsActive: {
    kind: 'updowncounter',
    name: 'order_gateway.subscriptions.active',
    unit: '{subscription}',
    description: 'Subscriptions that are open.',
    attributes: [field],
    from: ['gateway'],
  },
  waitersActive: {
    kind: 'updowncounter',
    name: 'order_gateway.waiters.active',
    unit: '{waiter}',
    description: 'Waits for a write to become visible: atLeast, projected and projectionCompleted.',
    attributes: [],
    from: ['gateway'],
  },
  timeToVisible: {
    kind: 'histogram',
    name: 'order_gateway.time_to_visible',
    unit: 's',
    description:
      "From an event's record in the log, by the database's clock, until it is in the documents, until a gateway has told whoever listens (pushed), and, where a caller waited for it, until lists and search find it (searchable).",
    attributes: [stage],
    from: ['gateway', 'projector'],
    buckets: LONG_SECONDS,
  },
  relayLagEvents: {
    kind: 'gauge',
    name: 'order_gateway.relay.lag.events',
    unit: '{event}',
    description: 'Events in the log that are not on the bus yet, counted up to 100,000. Only with Kafka.',
    attributes: [],
    from: ['relay'],
  },
  relayLagTime: {
    kind: 'gauge',
    name: 'order_gateway.relay.lag.time',
    unit: 's',
    description: "Age of the oldest of them by the database's clock; 0 when there is none. Only with Kafka.",
    attributes: [],
    from: ['relay'],
  },
  relayEvents: {
    kind: 'counter',
    name: 'order_gateway.relay.events',
    unit: '{event}',
    description: 'Events that the bus has acknowledged, repeats included. Only with Kafka.',
    attributes: [],
    from: ['relay'],
  },
  relayPublishDuration: {
    kind: 'histogram',
    name: 'order_gateway.relay.publish.duration',
    unit: 's',
    description: "From sending a page of events to the bus's acknowledgement or failure. Only with Kafka.",
    attributes: [errorType],
    from: ['relay'],
    buckets: SECONDS,
  },
  relayLeading: {
    kind: 'gauge',
    name: 'order_gateway.relay.leading',
    unit: '{relay}',
    description: 'Whether this relay publishes (1) or stands by (0). Only with Kafka.',
    attributes: [],
    from: ['relay'],
  },
  horizonAge: {
    kind: 'gauge',
    name: 'order_gateway.log.horizon.age',
    unit: 's',
    description:
      'How long the oldest transaction has been open that holds readers of the log back, as far as the database lets our user see it, and the age of the oldest event that is held back; 0 when nothing is.',
    attributes: [],
    from: ['relay', 'projector'],
  },
  projectionLagEvents: {
    kind: 'gauge',
    name: 'order_gateway.projection.lag.events',
    unit: '{event}',
    description: 'Events in the log that a projection has still to look at, counted up to 100,000.',
    attributes: [projection],
    from: ['projector'],
  },
  projectionLagTime: {
    kind: 'gauge',
    name: 'order_gateway.projection.lag.time',
    unit: 's',
    description: "Age of the oldest of them by the database's clock; 0 when there is none.",
    attributes: [projection],
    from: ['projector'],
  },
  quarantinedStreams: {
    kind: 'gauge',
    name: 'order_gateway.projection.quarantined_streams',
    unit: '{stream}',
    description: 'Streams that a projection has set aside.',
    attributes: [projection],
    from: ['projector'],
  },
  projectionEvents: {
    kind: 'counter',
    name: 'order_gateway.projection.events',
    unit: '{event}',
    description:
      'Events that are in the read models and committed, for every generation that is kept up to date; repeats included.',
    attributes: [],
    from: ['projector'],
  },
  projectionSliceDuration: {
    kind: 'histogram',
    name: 'order_gateway.projection.slice.duration',
    unit: 's',
    description: 'From taking a slice of events off the bus to its commit.',
    attributes: [],
    from: ['projector'],
    buckets: SECONDS,
  },
  driftCompared: {
    kind: 'gauge',
    name: 'order_gateway.drift.compared_streams',
    unit: '{stream}',
    description:
      'Recent streams that this projector has compared with the log since it began with the live read models.',
    attributes: [],
    from: ['projector'],
  },
  driftDiffering: {
    kind: 'gauge',
    name: 'order_gateway.drift.differing_documents',
    unit: '{document}',
    description: 'Documents of them that were not what the log says, at two looks.',
    attributes: [],
    from: ['projector'],
  },
  eventLoopDelayMean: {
    kind: 'gauge',
    name: 'nodejs.eventloop.delay.mean',
    unit: 's',
    description: 'How late the event loop was on average, over the last minute or two.',
    attributes: [],
    from: EVERY,
  },
  eventLoopDelayP99: {
    kind: 'gauge',
    name: 'nodejs.eventloop.delay.p99',
    unit: 's',
    description: 'How late it was in the worst hundredth of all cases, over the last minute or two.',
    attributes: [],
    from: EVERY,
  },
  eventLoopDelayMax: {
    kind: 'gauge',
    name: 'nodejs.eventloop.delay.max',
    unit: 's',
    description: 'How late it was at worst, over the last minute or two.',
    attributes: [],
    from: EVERY,
  },
  memoryUsage: {
    kind: 'updowncounter',
    name: 'process.memory.usage',
    unit: 'By',
    description: 'Physical memory of the process.',
    attributes: [],
    from: EVERY,
  },
  heapUsed: {
    kind: 'updowncounter',
    name: 'v8js.memory.heap.used',
    unit: 'By',
    description: 'Used part of each space of the JavaScript heap.',
    attributes: [heapSpace],
    from: EVERY,
  },
  cpuTime: {
    kind: 'counter',
    name: 'process.cpu.time',
    unit: 's',
    description: 'Processor time of the process.',
    attributes: [cpuMode],
    from: EVERY,
  },
  uptime: {
    kind: 'gauge',
    name: 'process.uptime',
    unit: 's',
    description: 'Since the process began.',
    attributes: [],
    from: EVERY,
  },
} as const satisfies Readonly<Record<string, MetricDescription>>

import type { Logger } from 'pino'
import { startProjector } from '../../../projector/projector.js'
import type { EventBus } from '../../../src/bus/eventBus.js'
import { LogSignal } from '../../../src/bus/postgresLog/logSignal.js'
import { openPostgresCheckpoints } from '../../../src/bus/postgresLog/openPostgresCheckpoints.js'
import { PostgresLogBus } from '../../../src/bus/postgresLog/postgresLogBus.js'
import type { DocumentStore, DocumentWrite } from '../../../src/read/documentStore.js'
import { openPostgresAnnouncementFeed } from '../../../src/read/postgres/openPostgresAnnouncementFeed.js'
import { openPostgresReadStore } from '../../../src/read/postgres/openPostgresReadStore.js'
import { benchmarkCipher, openBenchmarkWriteSide } from '../service.js'

export interface Projection {
  /** From the first slice in the projector's hands until the last event is done: joining a group takes as long for one event as for a million. */
  readonly seconds: number
  /** What was written, call by call. */
  readonly batches: readonly (readonly DocumentWrite[])[]
}

/** Projects a whole log of `events` events into an empty read store in the same database. */
export async function projectLog(databaseUrl: string, events: number, logger: Logger): Promise<Projection> {
  await using open = new AsyncDisposableStack()
  const writeSide = await openBenchmarkWriteSide(databaseUrl, logger)
  open.defer(() => writeSide.close())
  const readStore = await openPostgresReadStore({ databaseUrl, logger })
  open.defer(() => readStore.close())
  const feed = await openPostgresAnnouncementFeed({ databaseUrl, logger })
  open.defer(() => feed.close())
  const checkpoints = await openPostgresCheckpoints({ databaseUrl, logger })
  open.defer(() => checkpoints.close())
  const bus = await PostgresLogBus.open({ databaseUrl, checkpoints, signal: new LogSignal(), logger })
  open.defer(() => bus.close())

  const batches: (readonly DocumentWrite[])[] = []
  const timed = timedBus(bus, events)
  const projector = startProjector({
    ...readStore,
    feed,
    bus: timed.bus,
    checkpoints,
    observer: bus.observer,
    scan: bus.scan,
    group: 'projector',
    documents: recordingWrites(readStore.documents, (writes) => batches.push(writes)),
    streamReader: writeSide.streamReader,
    customerKeys: writeSide.customerKeys,
    cipher: benchmarkCipher(),
    logger,
  })
  open.defer(() => projector.stop())
  return { seconds: await timed.seconds, batches }
}

/** A bus that tells how long it was from the first slice that it handed out until slices of `events` events were committed. */
export function timedBus(bus: EventBus, events: number): { readonly bus: EventBus; readonly seconds: Promise<number> } {
  const done = Promise.withResolvers<number>()
  let startedAt: number | undefined
  let left = events
  const timed: EventBus = {
    async subscribe(group) {
      const consumer = await bus.subscribe(group)
      return {
        get active() {
          return consumer.active
        },
        get outForMs() {
          return consumer.outForMs
        },
        holds: (slice) => consumer.holds(slice),
        async next(limit, signal) {
          const slice = await consumer.next(limit, signal)
          startedAt ??= performance.now()
          return slice
        },
        async commit(slice) {
          await consumer.commit(slice)
          left -= slice.events.length
          if (left <= 0) done.resolve((performance.now() - (startedAt ?? Number.NaN)) / 1_000)
        },
        close: () => consumer.close(),
      }
    },
    progress: (group) => bus.progress(group),
    parts: (group) => bus.parts(group),
    groups: bus.groups,
  }
  return { bus: timed, seconds: done.promise }
}

export function recordingWrites(
  store: DocumentStore,
  record: (writes: readonly DocumentWrite[]) => void,
): DocumentStore {
  return {
    get: (projection, ids) => store.get(projection, ids),
    write(writes) {
      record(writes)
      return store.write(writes)
    },
    makeSearchable: () => store.makeSearchable(),
    ordersBehindCustomer: (...query) => store.ordersBehindCustomer(...query),
  }
}

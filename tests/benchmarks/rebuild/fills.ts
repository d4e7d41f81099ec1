import { EventReader } from '../../../projector/eventReader.js'
import { fill } from '../../../projector/rebuild/fill.js'
import { FIRST_STREAM, type LogScan } from '../../../src/bus/logScan.js'
import type { DocumentWrite } from '../../../src/read/documentStore.js'
import type { ReadStore } from '../../../src/read/readStore.js'
import type { WriteSide } from '../../../src/write/index.js'
import { recordingWrites } from '../projector/projection.js'
import { benchmarkCipher } from '../service.js'

const PAGE_EVENTS = 1_000

export interface FilledLog {
  readonly scan: LogScan
  readonly writeSide: Pick<WriteSide, 'customerKeys'>
}

/** Seconds to fill a generation that was not there, until readers could see it. It is dropped again. */
export async function fillGeneration(
  { scan, writeSide }: FilledLog,
  { generations }: Pick<ReadStore, 'generations'>,
  number: number,
  watch: {
    readonly onWrites?: (writes: readonly DocumentWrite[]) => void
    readonly onEvents?: (events: number) => void
  } = {},
): Promise<number> {
  const { onWrites, onEvents } = watch
  const startedAt = performance.now()
  const { documents, parked } = await generations.create(number)
  await fill(
    {
      scan,
      events: new EventReader(writeSide.customerKeys, benchmarkCipher()),
      documents: onWrites ? recordingWrites(documents, onWrites) : documents,
      parked,
    },
    { after: undefined, signal: new AbortController().signal, onProgress: ({ events }) => onEvents?.(events) },
  )
  await generations.finish(number)
  const seconds = (performance.now() - startedAt) / 1_000
  await generations.drop(number)
  return seconds
}

/** Seconds to read the log from end to end, stream by stream, and do nothing with it. */
export async function readLog({ scan }: FilledLog): Promise<number> {
  const startedAt = performance.now()
  for (let place = FIRST_STREAM; ; ) {
    const page = await scan.eventsBehind(place, PAGE_EVENTS)
    const last = page.at(-1)
    if (!last) return (performance.now() - startedAt) / 1_000
    place = last
  }
}

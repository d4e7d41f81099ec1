import type { ParkedStream, ReleaseRequest } from '../../read/parkedStreams.js'
import { type AskOutcome, QuarantineDesk } from '../../read/quarantineDesk.js'
import type { AdminCommand, AdminContext } from '../command.js'
import { millisecondsOf } from '../durations.js'
import { EXIT, type ExitCode, Refused, WrongUsage } from '../exitCode.js'
import { printJson, printTable } from '../output.js'

const HELP = `
npm run admin -- quarantine list
npm run admin -- quarantine show <stream>
npm run admin -- quarantine retry <stream> [--timeout <time>]
npm run admin -- quarantine release <stream> [--timeout <time>]

A stream that a projection can't go on with stands still, and all others go on. When its cause is gone, a newer release or a mended store, it is taken up
again:

  list     every parked stream: the event that it stands at, how often that was tried, since when, up to where events were passed over
  show     one of them, with its event's place in the log
  retry    the projector tries the event again, and goes on from the document as it is
  release  the projector writes the document anew from the log first, and announces every version of the stream again

The running projector does it, in its turn: the request stands in the read store until it is done, also over a restart. A stream whose event still can't
be applied stays parked, with what it fails at now.

  --timeout <time>  how long to wait for a projector; default 30s
  --json            list: {"streams": [...]}, the others: {"streamId", "outcome", "streams": [...]}

Exit codes: 0 done; 1 it is not in quarantine, or no projector has taken it up in time (the request stays); 2 wrong command line; 3 it is still parked.
`

const DEFAULT_TIMEOUT_MS = 30_000

export const quarantine: AdminCommand = {
  name: 'quarantine',
  summary: 'streams that a projection has set aside: list, show, retry, release',
  help: HELP,
  options: { timeout: { type: 'string' } },
  async run({ positionals, values }, context) {
    const [what, streamId, ...more] = positionals
    const waits = what === 'retry' || what === 'release'
    if (values.timeout !== undefined && !waits) {
      throw new WrongUsage(`--timeout is for retry and release, which wait; found it with "${positionals.join(' ')}".`)
    }
    const timeoutMs =
      typeof values.timeout === 'string' ? millisecondsOf('--timeout', values.timeout) : DEFAULT_TIMEOUT_MS
    if (what === 'list' && streamId === undefined) return list(context)
    if (streamId !== undefined && more.length === 0) {
      if (what === 'show') return show(streamId, context)
      if (waits) return ask(streamId, what, timeoutMs, context)
    }
    throw new WrongUsage(
      `Expected list, show <stream>, retry <stream> or release <stream>, found "${positionals.join(' ')}". See: quarantine --help`,
    )
  },
}

async function list({ open, out }: AdminContext): Promise<ExitCode> {
  const rows = await new QuarantineDesk((await open()).parked).list()
  if (out.json) printJson(out, { streams: rows })
  else if (rows.length === 0) out.line('No stream is in quarantine.')
  else printRows(rows, { out })
  return EXIT.done
}

async function show(streamId: string, { open, out }: AdminContext): Promise<ExitCode> {
  const { parked, log } = await open()
  const rows = await new QuarantineDesk(parked).find(streamId)
  if (rows.length === 0) throw notParked(streamId)
  const recordedAt = new Map<number, string>()
  for (const { failedVersion } of rows) {
    const [event] = await log.streamReader.readStream(streamId, failedVersion, failedVersion)
    if (event) recordedAt.set(failedVersion, event.recordedAt)
  }
  const shown = rows.map((row) => ({ ...row, eventRecordedAt: recordedAt.get(row.failedVersion) ?? null }))
  if (out.json) {
    printJson(out, { streamId, streams: shown })
    return EXIT.done
  }
  for (const row of shown) {
    out.line(`${row.projection} ${streamId}`)
    out.line(
      `  event           ${row.eventType}, version ${row.failedVersion}, recorded ${row.eventRecordedAt ?? 'unknown'}`,
    )
    out.line(`  position        ${row.eventPosition || 'unknown'}`)
    out.line(`  error           ${row.error}`)
    out.line(`  attempts        ${row.attempts}`)
    out.line(`  parked since    ${row.parkedAt}`)
    out.line(`  passed over     up to version ${row.lastSkipped}`)
    out.line(`  asked for       ${askedFor(row)}`)
  }
  return EXIT.done
}

async function ask(
  streamId: string,
  kind: ReleaseRequest['kind'],
  timeoutMs: number,
  { open, out, signal }: AdminContext,
): Promise<ExitCode> {
  const { parked, isAtRest } = await open()
  // Nobody would come: it is asked for all the same, so that the next start does it.
  const outcome = await new QuarantineDesk(parked).ask(streamId, kind, { timeoutMs: isAtRest ? 0 : timeoutMs, signal })
  if (outcome.kind === 'not-parked') throw notParked(streamId)
  const streams = outcome.kind === 'released' ? [] : outcome.rows
  if (out.json) printJson(out, { streamId, outcome: outcome.kind, streams })
  else {
    out.line(sentenceOf(streamId, outcome, isAtRest))
    if (outcome.kind === 'still-parked') printRows(streams, { out })
  }
  return EXIT_OF[outcome.kind]
}

const EXIT_OF: Readonly<Record<AskOutcome['kind'], ExitCode>> = {
  'not-parked': EXIT.failed,
  released: EXIT.done,
  'still-parked': EXIT.differences,
  asked: EXIT.failed,
}

function sentenceOf(streamId: string, outcome: AskOutcome, isAtRest: boolean): string {
  if (outcome.kind === 'released') return `${streamId} is released: everything passed over is applied and announced.`
  if (outcome.kind === 'still-parked') return `${streamId} is still in quarantine: its event can't be applied yet.`
  return isAtRest
    ? `The service does not run. ${streamId} is taken up when it starts again.`
    : `No projector has taken ${streamId} up yet: look whether one runs (npm run admin -- projections). The request stays, and the next one does it.`
}

function notParked(streamId: string): Refused {
  return new Refused(
    `Expected a stream in quarantine, found that "${streamId}" is not: quarantine list names them all, as "order-<id>", "customer-<id>" or "product-<id>".`,
  )
}

function printRows(rows: readonly ParkedStream[], { out }: Pick<AdminContext, 'out'>): void {
  printTable(
    out,
    ['stream', 'projection', 'version', 'event', 'attempts', 'since', 'skipped to', 'asked for', 'error'],
    rows.map((row) => [
      row.streamId,
      row.projection,
      row.failedVersion,
      row.eventType,
      row.attempts,
      row.parkedAt,
      row.lastSkipped,
      askedFor(row),
      row.error,
    ]),
  )
}

function askedFor({ request }: ParkedStream): string {
  return request ? `${request.kind}${request.taken ? ' (at work)' : ''}` : '-'
}

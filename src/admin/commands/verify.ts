import { SliceConsumer } from '../../../projector/consumeBatch.js'
import { EventReader } from '../../../projector/eventReader.js'
import type { Finding } from '../../../projector/verify/finding.js'
import { Repair, type RepairOutcome } from '../../../projector/verify/repair.js'
import { requireRead } from '../../../projector/verify/requireRead.js'
import { Verification } from '../../../projector/verify/verification.js'
import { PROJECTION_NAMES, type ProjectionName } from '../../contract/documents.js'
import type { AdminCommand, AdminContext, Given } from '../command.js'
import { millisecondsOf } from '../durations.js'
import { EXIT, WrongUsage } from '../exitCode.js'
import { findingSentence } from '../findingSentence.js'
import type { Installation } from '../installation.js'
import { printJson } from '../output.js'
import { ProgressLine } from '../progressLine.js'

const HELP = `
npm run admin -- verify [--projection <name>] [--since <time>] [--grace <time>] [--repair]

Compares log and read model, every document, while both go on: each with the fold of its stream at the version that it shows. What is not as it should
be is looked at again after a moment: what has caught up by then was in flight, and is no difference. Values of personal fields are never told.

  --projection <name>  orders, orderTimelines, customers or products; default: all four
  --since <time>       only streams with an event within that time, e.g. 30m, 1h, 2d, and not what the store holds without a stream
  --grace <time>       how long a document may be behind; default 5s
  --repair             write what differs anew from the log, by compare-and-set, and look again
  --json               {"streams", "documents", "differences", "repaired", "left", "findings": [...]}

A stream in quarantine stands still knowingly and is no difference. What can't be repaired: "extra", a document that has no stream in the log (a
rebuild leaves it out), and "unreadable", a stream that no projection of this release can go on with.

Exit codes: 0 nothing differs, or all of it was repaired; 1 a store does not answer, or readers were switched to another
generation meanwhile; 2 wrong command line; 3 something differs.
`

const DEFAULT_GRACE_MS = 5_000
/** Findings in the result; more are counted. */
const MAX_LISTED = 1_000

/** A finding, with what came of its repair where that was asked for. */
type Listed = { readonly finding: Finding } & Partial<RepairOutcome>

export const verify: AdminCommand = {
  name: 'verify',
  summary: 'compare every document with the log, and repair what differs',
  help: HELP,
  options: {
    projection: { type: 'string' },
    since: { type: 'string' },
    grace: { type: 'string' },
    repair: { type: 'boolean' },
  },
  async run(given, context) {
    const plan = { ...planOf(given), signal: context.signal }
    const installation = await context.open()
    const parts = { ...installation, events: new EventReader(installation.log.customerKeys, installation.cipher) }
    const repair = given.values.repair === true ? repairOf(installation, parts.events, context) : undefined
    const listed: Listed[] = []
    const counts = { repaired: 0, left: 0 }
    const progress = new ProgressLine(context.out)
    const verification = new Verification(parts, plan, async (findings) => {
      progress.clear()
      const outcomes = repair ? await repair.repair(findings) : findings.map((finding) => ({ finding }))
      for (const outcome of outcomes) {
        counts['repaired' in outcome && outcome.repaired ? 'repaired' : 'left'] += 1
        if (listed.length < MAX_LISTED) listed.push(outcome)
        if (!context.out.json) context.out.line(findingSentence(outcome.finding, outcome))
      }
    })
    const report = await verification.run((streams) =>
      progress.show(`${streams.toLocaleString('en')} streams compared`),
    )
    progress.clear()
    await requireRead(installation)
    const { streams, documents, differences } = report
    if (context.out.json) {
      printJson(context.out, { streams, documents, differences, ...counts, findings: listed.map(told) })
    } else {
      context.out.line(summaryOf(report, counts, repair !== undefined))
    }
    return counts.left === 0 ? EXIT.done : EXIT.differences
  },
}

function planOf({ positionals, values }: Given) {
  if (positionals.length > 0)
    throw new WrongUsage(`Expected options alone, found "${positionals.join(' ')}". See: verify --help`)
  const { projection, since, grace } = values
  const known = PROJECTION_NAMES.find((name) => name === projection)
  if (projection !== undefined && !known) {
    throw new WrongUsage(`--projection: expected one of ${PROJECTION_NAMES.join(', ')}, found "${projection}".`)
  }
  const projections: readonly ProjectionName[] = known ? [known] : PROJECTION_NAMES
  return {
    projections,
    sinceSeconds: typeof since === 'string' ? millisecondsOf('--since', since) / 1_000 : undefined,
    graceMs: typeof grace === 'string' ? millisecondsOf('--grace', grace) : DEFAULT_GRACE_MS,
  }
}

function repairOf(installation: Installation, events: EventReader, { logger }: AdminContext): Repair {
  const { documents, cache, feed, parked, scan, log, cipher, generations, generation } = installation
  const { streamReader, customerKeys } = log
  const slices = () => new SliceConsumer({ documents, cache, feed, parked, streamReader, customerKeys, cipher, logger })
  return new Repair({ scan, events, documents, parked, streamReader, slices, generations, generation })
}

function told({ finding: { lag, ...finding }, ...outcome }: Listed) {
  return { ...finding, ...outcome }
}

function summaryOf(
  { streams, documents, differences }: { streams: number; documents: number; differences: number },
  { repaired, left }: { repaired: number; left: number },
  isRepair: boolean,
): string {
  const compared = `${documents.toLocaleString('en')} documents of ${streams.toLocaleString('en')} streams compared with the log`
  if (differences === 0) return `${compared}: nothing differs.`
  return `${compared}: ${differences} differ${differences === 1 ? 's' : ''}${isRepair ? `, ${repaired} repaired, ${left} left` : ''}.`
}

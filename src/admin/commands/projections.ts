import { isHealthy } from '../../read/projectionStatus.js'
import type { AdminCommand } from '../command.js'
import { EXIT, WrongUsage } from '../exitCode.js'
import { printJson, printTable } from '../output.js'
import { partLags } from '../partLags.js'

const HELP = `
npm run admin -- projections

How far each projection is behind the event log, how many streams it has set aside, and whether it is healthy: its projector has reported within
30 seconds, is behind by less than a minute, and has set nothing aside. Behind that each part of the bus that is read by itself: the log, or the
partitions of Kafka's topics and "relay", the way from the log to Kafka. All projections take the same events, so that a part is as far for each.

  --json  {"projections": [...], "parts": [...]}

Exit codes: 0 all are healthy; 1 a store does not answer; 2 wrong command line; 3 at least one is not healthy, or none has reported yet.
`

export const projections: AdminCommand = {
  name: 'projections',
  summary: 'how far read models are behind the log, and whether they are healthy',
  help: HELP,
  options: {},
  async run({ positionals }, { open, out }) {
    if (positionals.length > 0) throw new WrongUsage(`Expected no more words, found "${positionals.join(' ')}".`)
    const { status, bus, observer, projectorGroup } = await open()
    const rows = (await status.read()).map((progress) => ({ ...progress, healthy: isHealthy(progress) }))
    const parts = await partLags(bus, observer, projectorGroup)
    if (out.json) printJson(out, { projections: rows, parts })
    else {
      printTable(
        out,
        ['projection', 'lag events', 'lag seconds', 'quarantined', 'reported', 'healthy'],
        rows.map((row) => [
          row.projection,
          row.lagEvents,
          rounded(row.lagSeconds),
          row.quarantinedStreams,
          `${Math.round(row.silentSeconds)} s ago`,
          row.healthy ? 'yes' : 'no',
        ]),
      )
      out.line('')
      printTable(
        out,
        ['part', 'lag events', 'lag seconds'],
        parts.map(({ part, lagEvents, lagSeconds }) => [part, lagEvents, rounded(lagSeconds)]),
      )
    }
    return rows.length > 0 && rows.every(({ healthy }) => healthy) ? EXIT.done : EXIT.differences
  },
}

/** To the tenth: who reads it wants to know whether it is a second or a minute. */
function rounded(seconds: number): number {
  return Math.round(seconds * 10) / 10
}

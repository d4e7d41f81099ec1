import { isHealthy } from '../../read/projectionStatus.js'
import type { AdminCommand } from '../command.js'
import { EXIT, WrongUsage } from '../exitCode.js'
import { printJson, printTable } from '../output.js'

const HELP = `
npm run admin -- projections

How far each projection is behind the event log, how many streams it has set aside, and whether it is healthy: its projector has reported within
30 seconds, is behind by less than a minute, and has set nothing aside.

  --json  {"projections": [...]}

Exit codes: 0 all are healthy; 1 a store does not answer; 2 wrong command line; 3 at least one is not healthy.
`

export const projections: AdminCommand = {
  name: 'projections',
  summary: 'how far read models are behind the log, and whether they are healthy',
  help: HELP,
  options: {},
  async run({ positionals }, context) {
    if (positionals.length > 0) throw new WrongUsage(`Expected no more words, found "${positionals.join(' ')}".`)
    const { status } = await context.open()
    const rows = (await status.read()).map((progress) => ({ ...progress, healthy: isHealthy(progress) }))
    if (context.out.json) printJson(context.out, { projections: rows })
    else {
      printTable(
        context.out,
        ['projection', 'lag events', 'lag seconds', 'quarantined', 'reported', 'healthy'],
        rows.map((row) => [
          row.projection,
          row.lagEvents,
          row.lagSeconds,
          row.quarantinedStreams,
          `${Math.round(row.silentSeconds)} s ago`,
          row.healthy ? 'yes' : 'no',
        ]),
      )
    }
    return rows.length > 0 && rows.every(({ healthy }) => healthy) ? EXIT.done : EXIT.differences
  },
}

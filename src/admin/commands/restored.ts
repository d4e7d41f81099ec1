import type { AdminCommand } from '../command.js'
import { EXIT, WrongUsage } from '../exitCode.js'
import { printJson } from '../output.js'

const HELP = `
npm run admin -- restored --yes

Says that the event log was put back to an earlier state: by a dump, by a copy of the server's files, by a standby that had not received everything. A
start notices by itself only a dump on a server that has counted fewer transactions, and topics that are ahead. To be run while no
process of the service runs, before the first one starts: topics and indices that were filled before are refused from then on, and filled anew under
other prefixes or after they were deleted.

  --yes   say that you mean it: what was filled from the log can't be used any more, whether anything was lost or not
  --json  {"era"}

Exit codes: 0 done; 1 the event log does not answer, or processes of the service are connected to it; 2 wrong command line, or --yes is missing.
`

export const restored: AdminCommand = {
  name: 'restored',
  summary: 'say that the event log was restored from a backup',
  help: HELP,
  options: { yes: { type: 'boolean' } },
  async run({ positionals, values }, context) {
    if (positionals.length > 0) throw new WrongUsage(`Expected no more words, found "${positionals.join(' ')}".`)
    if (values.yes !== true) {
      throw new WrongUsage("Topics and indices that were filled from the log can't be used any more: say --yes.")
    }
    const era = await context.beginHistory()
    if (context.out.json) printJson(context.out, { era })
    else {
      context.out.line(
        `The log begins era ${era}. Set other KAFKA_PREFIX and ELASTICSEARCH_PREFIX, or delete the topics and indices that were filled before, and start.`,
      )
    }
    return EXIT.done
  },
}

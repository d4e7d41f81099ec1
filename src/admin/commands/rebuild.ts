import { constants, setPriority } from 'node:os'
import { EventReader } from '../../../projector/eventReader.js'
import { followGenerations } from '../../../projector/generations/followGenerations.js'
import { GenerationDiffers, Rebuild, type RebuildReport } from '../../../projector/rebuild/rebuild.js'
import { PROJECTION_NAMES } from '../../contract/documents.js'
import { isRetriable } from '../../waiting/isRetriable.js'
import type { AdminCommand, AdminContext, Given } from '../command.js'
import { EXIT, WrongUsage } from '../exitCode.js'
import { findingSentence } from '../findingSentence.js'
import type { Installation } from '../installation.js'
import { printJson } from '../output.js'
import { RebuildProgressLine } from '../rebuildProgressLine.js'

const HELP = `
npm run admin -- rebuild <projection>|all [--sample <n>] [--resume]
npm run admin -- rebuild --back
npm run admin -- rebuild --drop

Makes read models anew from the log while commands, queries and subscriptions go on: fills a new generation, has the projectors bring it up to date,
compares it with the log, and switches all readers to it in one step. The old generation is kept up to date until it is dropped. An order's document
shows its customer, and lists and documents are asked together: so a generation is all read models, whichever projection is named.

  <projection>   orders, orderTimelines, customers, products, or all
  --sample <n>   compare one stream of n with the log before the switch; default 1: every document
  --resume       go on with a rebuild that ended before its switch, at whatever step
  --back         make the generation live again that was before
  --drop         delete the generation that readers do not see
  --json         {"generation", "kept", "documentsCompared", "switchMs"}, or {"dropped"}

It needs a running projector (in the embedded profile: npm start), except where nothing of the service runs. May be ended and killed at any step. Its
process has the lowest priority on its machine.

Exit codes: 0 done; 1 refused, or a store does not answer: nothing was switched unless standard error says so, and how to go on; 2 wrong command line; 3 the new
generation differs from the log, and nothing was switched.
`

/** What the command line asks for. */
type Asked =
  | { readonly kind: 'rebuild'; readonly resume: boolean; readonly everyNth: number }
  | { readonly kind: 'back' }
  | { readonly kind: 'drop' }

export const rebuild: AdminCommand = {
  name: 'rebuild',
  summary: 'make the read models anew from the log, and switch to them; or back',
  help: HELP,
  options: {
    sample: { type: 'string' },
    resume: { type: 'boolean' },
    back: { type: 'boolean' },
    drop: { type: 'boolean' },
  },
  async run(given, context) {
    const asked = askedFor(given)
    // Beside a service at work: who waits for a command goes first.
    setPriority(constants.priority.PRIORITY_LOW)
    const installation = await context.open()
    const followed = installation.isAtRest ? followAtRest(installation, context) : undefined
    const progress = new RebuildProgressLine(context.out)
    const events = new EventReader(installation.log.customerKeys, installation.cipher)
    const work = new Rebuild({ ...installation, events }, (each) => progress.show(each))
    try {
      return await carryOut(asked, work, context)
    } catch (error) {
      progress.clear()
      if (asked.kind === 'rebuild' && isRetriable(error)) {
        context.out.note('The rebuild came to a halt, and may go on with --resume when this is mended:')
      }
      if (!(error instanceof GenerationDiffers)) throw error
      for (const finding of error.findings) context.out.line(findingSentence(finding))
      context.out.note(error.message)
      return EXIT.differences
    } finally {
      progress.clear()
      await followed?.stop()
    }
  },
}

async function carryOut(asked: Asked, work: Rebuild, { out, signal }: AdminContext) {
  if (asked.kind === 'drop') {
    const dropped = await work.drop(signal)
    if (out.json) printJson(out, { dropped })
    else out.line(`Generation ${dropped} is deleted.`)
    return EXIT.done
  }
  const report = asked.kind === 'back' ? await work.back(signal) : await work.run({ ...asked, signal })
  if (out.json) printJson(out, report)
  else out.line(summaryOf(report))
  return EXIT.done
}

function summaryOf({ generation, kept, documentsCompared, switchMs }: RebuildReport): string {
  const compared =
    documentsCompared > 0 ? `${documentsCompared.toLocaleString('en')} documents compared with the log; ` : ''
  return `Generation ${generation} is live: ${compared}switched in ${switchMs} ms. Generation ${kept} is kept: --back goes back to it, --drop deletes it.`
}

/** Where nothing of the service runs, nobody else would bring a generation up to date. */
function followAtRest(installation: Installation, { logger }: AdminContext) {
  const { log, ...parts } = installation
  return followGenerations({ ...parts, ...log, logger })
}

function askedFor({ positionals, values }: Given): Asked {
  const { back = false, drop = false, resume = false, sample } = values
  if (back !== false || drop !== false) {
    if (positionals.length > 0 || resume !== false || sample !== undefined || (back !== false && drop !== false)) {
      throw new WrongUsage('Expected --back or --drop by itself. See: npm run admin -- rebuild --help')
    }
    return back === false ? { kind: 'drop' } : { kind: 'back' }
  }
  const [name, ...more] = positionals
  const known = [...PROJECTION_NAMES, 'all']
  if (name === undefined || more.length > 0 || !known.includes(name)) {
    throw new WrongUsage(`Expected one of ${known.join(', ')}, found "${positionals.join(' ')}".`)
  }
  const everyNth = sample === undefined ? 1 : Number(sample)
  if (!Number.isInteger(everyNth) || everyNth < 1 || everyNth > 1_000_000) {
    throw new WrongUsage(`--sample: expected a number from 1 to 1000000, found "${String(sample)}".`)
  }
  return { kind: 'rebuild', resume: resume !== false, everyNth }
}

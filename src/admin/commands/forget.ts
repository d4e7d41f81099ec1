import { randomBytes, randomUUID } from 'node:crypto'
import type { AdminCommand } from '../command.js'
import { EXIT, Refused, WrongUsage } from '../exitCode.js'
import { printJson } from '../output.js'

const HELP = `
npm run admin -- forget <customerId> --yes [--reason <text>]

Erases a customer's personal data for good: the key that name, e-mail and addresses are encrypted under is destroyed, and the read models forget what
they show of them. Orders stay, with region and country alone. There is no way back. A customer who is forgotten already stays so: exit code 0.

  --yes            say that you mean it
  --reason <text>  kept in the log with the erasure; no personal data. Default: "Asked for by an operator"
  --json           {"customerId", "forgotten", "already", "version"}

Exit codes: 0 forgotten; 1 there is no such customer, or a store does not answer; 2 wrong command line, or --yes is missing.
`

/** Of everybody who works on the command line. */
const PRINCIPAL = 'operator'

export const forget: AdminCommand = {
  name: 'forget',
  summary: "erase a customer's personal data for good",
  help: HELP,
  options: { yes: { type: 'boolean' }, reason: { type: 'string' } },
  async run({ positionals, values }, context) {
    const [customerId, ...more] = positionals
    if (customerId === undefined || more.length > 0) {
      throw new WrongUsage(`Expected the id of one customer, found ${positionals.length} words. See: forget --help`)
    }
    if (values.yes !== true) {
      throw new WrongUsage(
        `This can't be undone: say --yes to erase the personal data of the customer "${customerId}".`,
      )
    }
    const { handlers } = await context.openCommands()
    const reason = typeof values.reason === 'string' ? values.reason : 'Asked for by an operator'
    const outcome = await handlers.customer(
      { type: 'ForgetCustomer', customerId, reason },
      {
        principal: PRINCIPAL,
        occurredAt: new Date().toISOString(),
        traceparent: `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-01`,
        correlationId: randomUUID(),
      },
    )
    const already = outcome.kind === 'refused' && outcome.code === 'CUSTOMER_FORGOTTEN'
    if (outcome.kind === 'refused' && outcome.code === 'UNKNOWN_CUSTOMER') {
      throw new Refused(
        `Expected the id of a registered customer, found none with "${customerId}": look for the id again.`,
      )
    }
    if (outcome.kind === 'refused' && !already) throw new Refused(outcome.message)
    const version = outcome.kind === 'accepted' ? outcome.version : null
    if (context.out.json) printJson(context.out, { customerId, forgotten: true, already, version })
    else if (already) context.out.line(`The customer "${customerId}" was forgotten already.`)
    else {
      context.out.line(
        `The customer "${customerId}" is forgotten: the key is destroyed. Read models follow as the event (version ${version}) is projected.`,
      )
    }
    return EXIT.done
  },
}

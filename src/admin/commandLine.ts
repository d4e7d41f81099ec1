import { type ParseArgsOptionsConfig, parseArgs } from 'node:util'
import type { AdminCommand, Given } from './command.js'
import { EXIT, WrongUsage } from './exitCode.js'
import { COMMANDS } from './registry.js'

const COMMON_OPTIONS = {
  help: { type: 'boolean', short: 'h' },
  json: { type: 'boolean' },
} as const satisfies ParseArgsOptionsConfig

/** What the command line asks for. */
export type Asked = { readonly kind: 'help'; readonly text: string } | AskedToRun

export interface AskedToRun {
  readonly kind: 'run'
  readonly command: AdminCommand
  readonly given: Given
  readonly json: boolean
}

/** Pure. Throws WrongUsage. */
export function parseCommandLine(args: readonly string[], commands: readonly AdminCommand[] = COMMANDS): Asked {
  const [name, ...rest] = args
  if (name === undefined) throw new WrongUsage(`Expected a command, found none.\n\n${overview(commands)}`)
  if (name === '--help' || name === '-h' || name === 'help') return { kind: 'help', text: overview(commands) }
  const command = commands.find((each) => each.name === name)
  if (!command) {
    const known = commands.map((each) => each.name).join(', ')
    throw new WrongUsage(`Expected one of the commands ${known}, found "${name}".`)
  }
  const { values, positionals } = parsed(command, rest)
  if (values.help === true) return { kind: 'help', text: `${command.help.trim()}\n` }
  return { kind: 'run', command, given: { values, positionals }, json: values.json === true }
}

function parsed(command: AdminCommand, args: readonly string[]): Given {
  try {
    return parseArgs({
      args: [...args],
      options: { ...command.options, ...COMMON_OPTIONS },
      allowPositionals: true,
      strict: true,
    }) as Given
  } catch (error) {
    // Node's own sentence names the option that it does not know, or what is wrong with its value.
    const [reason = ''] = (error instanceof Error ? error.message : String(error)).split('. ')
    throw new WrongUsage(`${reason.replace(/\.$/, '')}. See: npm run admin -- ${command.name} --help`)
  }
}

function overview(commands: readonly AdminCommand[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length))
  return `npm run admin -- <command> [options]

Looks after the installation that the environment names: the variables are those of the service. It works beside running processes.

${commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`).join('\n')}

Options of every command:
  --json      the result as one JSON document on standard output
  -h, --help  what a command does, its options and its exit codes

Exit codes: ${EXIT.done} done; ${EXIT.failed} failed or refused, standard error says why; ${EXIT.wrongUsage} wrong command line; ${EXIT.differences} done, and something found that is not as it should be.
`
}

import type { ParseArgsOptionsConfig } from 'node:util'
import type { Logger } from 'pino'
import type { ExitCode } from './exitCode.js'
import type { AdminCommands, Installation } from './installation.js'
import type { Output } from './output.js'

/** One command of `npm run admin`. A file of its own in commands/, and a line in registry.ts. */
export interface AdminCommand {
  readonly name: string
  /** One line, for the list of all. */
  readonly summary: string
  /** What `<name> --help` tells: the forms of the command line, each option, what the exit code means. */
  readonly help: string
  /** Of its own; `--json` and `--help` are everybody's. */
  readonly options: ParseArgsOptionsConfig
  /** Throws WrongUsage, Refused, and what the stores throw. */
  run(given: Given, context: AdminContext): Promise<ExitCode>
}

/** The command line behind the command's name. */
export interface Given {
  readonly positionals: readonly string[]
  readonly values: Readonly<Record<string, string | boolean | undefined>>
}

export interface AdminContext {
  /** The stores of the installation that the environment names. Opened when asked for, closed when the command has ended. */
  open(): Promise<Installation>
  /** The same for a command of the domain. */
  openCommands(): Promise<AdminCommands>
  /** Says that the log was restored from a backup. Returns the new era. */
  beginHistory(): Promise<number>
  readonly out: Output
  readonly logger: Logger
  /** Aborts when the operator has had enough. */
  readonly signal: AbortSignal
}

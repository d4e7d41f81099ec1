import { type AskedToRun, parseCommandLine } from '../admin/commandLine.js'
import { EXIT, type ExitCode, WrongUsage } from '../admin/exitCode.js'
import { parseConfig } from '../config.js'
import { sentenceOf } from '../faultSentence.js'
import { watchLauncher } from '../launcherLost.js'
import { createLogger } from '../logger.js'
import { NO_INSTRUMENTS } from '../telemetry/instruments.js'
import { InstallationOpener } from './openInstallation.js'

/** The life of one admin command: parse the command line, then the environment, run, close, say how it went. Returns the exit code. */
export async function runAdminProcess(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<ExitCode> {
  for (const output of [process.stdout, process.stderr]) output.on('error', unlessReaderLeft)
  try {
    const asked = parseCommandLine(args)
    if (asked.kind === 'run') return await run(asked, env)
    process.stdout.write(asked.text)
    return EXIT.done
  } catch (error) {
    process.stderr.write(`${sentenceOf(error)}\n`)
    return error instanceof WrongUsage ? EXIT.wrongUsage : EXIT.failed
  }
}

async function run(
  { command, given, json }: AskedToRun,
  env: Readonly<Record<string, string | undefined>>,
): Promise<ExitCode> {
  const config = parseConfig(env, 'admin')
  const logger = createLogger(config.logLevel, { onTerminal: process.stderr.isTTY, to: 2 })
  const signal = stopSignal(env)
  await using starting = new AsyncDisposableStack()
  const opener = new InstallationOpener({
    config,
    logger,
    instruments: NO_INSTRUMENTS,
    starting,
    stopRequested: signal,
  })
  return await command.run(given, {
    open: () => opener.open(),
    openCommands: () => opener.openCommands(),
    beginHistory: () => opener.beginHistory(),
    out: {
      json,
      onTerminal: process.stderr.isTTY,
      line: (text) => process.stdout.write(`${text}\n`),
      note: (text) => process.stderr.write(`${text}\n`),
      // Back to the beginning of the line, and what was there is wiped out.
      progress: (text) => process.stderr.write(`\r\x1b[K${text}`),
    },
    logger,
    signal,
  })
}

/** Whoever reads, `head` for one, may leave before the end: what is under way goes on, and nobody is told. */
function unlessReaderLeft(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error
}

function stopSignal(env: Readonly<Record<string, string | undefined>>): AbortSignal {
  const stop = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (stop.signal.aborted) process.exit(EXIT.failed)
      process.stderr.write(`${name}: stopping (again to stop at once)\n`)
      stop.abort(new Stopped())
    })
  }
  watchLauncher(env, () => stop.abort(new Stopped()))
  return stop.signal
}

class Stopped extends Error {
  override readonly name = 'Stopped'
  constructor() {
    super('Stopped before it was done.')
  }
}

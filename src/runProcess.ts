import type { Logger } from 'pino'
import type { Service } from './composition/assembly.js'
import { type Config, type ProcessRole, parseConfig } from './config.js'
import { sentenceOf } from './faultSentence.js'
import { watchLauncher } from './launcherLost.js'
import { createLogger } from './logger.js'

/** A stop that takes longer is cut off: everything acknowledged is durable, so this loses connections and no data. */
const STOP_DEADLINE_MS = 9_000

type Start = (config: Config, logger: Logger, stopRequested: AbortSignal) => Promise<Service>

/** The life of a process of the service: parse the environment, start, run until a signal or a fault, stop. */
export async function runProcess(
  env: Readonly<Record<string, string | undefined>>,
  role: ProcessRole,
  start: Start,
): Promise<void> {
  try {
    await run(parseConfig(env, role), start, env)
  } catch (error) {
    process.stderr.write(`${sentenceOf(error)}\n`)
    process.exit(1)
  }
}

async function run(config: Config, start: Start, env: Readonly<Record<string, string | undefined>>): Promise<void> {
  const logger = createLogger(config.logLevel, { onTerminal: process.stdout.isTTY })
  const stopRequested = new AbortController()
  const stop = (why: string) => {
    logger.info(why)
    endInTime()
    stopRequested.abort()
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (stopRequested.signal.aborted) process.exit(1)
      stop(`${signal}: stopping (again to stop at once)`)
    })
  }
  watchLauncher(env, () => {
    if (!stopRequested.signal.aborted) stop('npm has ended: stopping')
  })
  const service = await start(config, logger, stopRequested.signal).catch((error: unknown) => {
    if (error !== stopRequested.signal.reason) throw error
    logger.info('stopped before it was ready')
  })
  if (!service) return
  const failure = await service.ended
  endInTime()
  await service.stop()
  if (failure) {
    logger.fatal({ err: failure }, failure.message)
    process.exitCode = 1
  } else {
    logger.info('stopped')
  }
}

/** Also a start that waits for an answer at that moment. */
function endInTime(): void {
  setTimeout(() => process.exit(1), STOP_DEADLINE_MS).unref()
}

import { startService } from './compose.js'
import { InvalidEnvironment, parseConfig } from './config.js'
import { createLogger } from './logger.js'

/** A stop that takes longer is cut off: everything acknowledged is durable, so this loses connections and no data. */
const STOP_DEADLINE_MS = 9_000

async function main(): Promise<void> {
  const config = parseConfig(process.env)
  const logger = createLogger(config.logLevel, process.stdout.isTTY)
  const stopRequested = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (stopRequested.signal.aborted) process.exit(1)
      logger.info(`${signal}: stopping (again to stop at once)`)
      stopRequested.abort()
    })
  }
  const service = await startService(config, logger, stopRequested.signal).catch((error: unknown) => {
    if (error !== stopRequested.signal.reason) throw error
    logger.info('stopped before it was ready')
  })
  if (!service) return
  const failure = await service.ended
  setTimeout(() => process.exit(1), STOP_DEADLINE_MS).unref()
  await service.stop()
  if (failure) {
    logger.fatal({ err: failure }, failure.message)
    process.exitCode = 1
  } else {
    logger.info('stopped')
  }
}

/** What a person can act on is one line without a stack; `expected` errors are written to be read that way. */
main().catch((error: unknown) => {
  const expected =
    error instanceof InvalidEnvironment || (error instanceof Error && 'code' in error && typeof error.code === 'string')
  process.stderr.write(
    `${expected || !(error instanceof Error) ? String(error instanceof Error ? error.message : error) : error.stack}\n`,
  )
  process.exit(1)
})

import { rename, writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { pino } from 'pino'
import pretty from 'pino-pretty'
import { watchLauncher } from '../../../src/launcherLost.js'
import { discardDataDir, discardLeftovers, makeTestFolder } from '../throwAwayServer.js'
import { isPartName, PART_NAMES } from './part.js'
import { environmentText, serviceEnvironment } from './serviceEnvironment.js'
import { type Stack, startStack } from './startStack.js'
import { tellWhoEnds } from './tellWhoEnds.js'

/**
 * `npm run stack`: the servers of the cluster profile, for as long as this runs; their data goes with it.
 *
 *   --env-file <path>   writes what the service needs to know of them to this file as well
 *   --parts <names>     only these, such as `kafka,redis`
 */
const { values: options } = parseArgs({ options: { 'env-file': { type: 'string' }, parts: { type: 'string' } } })
const parts = options.parts?.split(',') ?? PART_NAMES
if (!parts.every(isPartName)) throw new Error(`--parts takes a list of ${PART_NAMES.join(',')}, not "${options.parts}"`)
const logger = pino({}, pretty({ ignore: 'pid,hostname', destination: 2, sync: true }))
let directory: string | undefined
let stack: Stack | undefined
let stopTelling: (() => void) | undefined
let isEnding = false

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, endOnce)
watchLauncher(process.env, endOnce)

await discardLeftovers()
directory = await makeTestFolder()
stack = await startStack({ directory, logger, parts })
stopTelling = tellWhoEnds(Object.values(stack.parts), directory, logger)
const text = environmentText(serviceEnvironment(stack))
if (options['env-file'] !== undefined) await writeWhole(options['env-file'], text)
process.stdout.write(`\n${text}\n`)
const lacking = Object.keys(stack.missing)
logger.info(
  `${lacking.length === 0 ? 'all runs' : `runs without ${lacking.join(' and ')}`}; Ctrl-C ends it and deletes its data`,
)

/** npm passes on the signal that the terminal has sent already. */
function endOnce(): void {
  if (!isEnding) void end()
  isEnding = true
}

/** At any moment, also in the middle of a download: servers that are just starting end with this process. */
async function end(): Promise<void> {
  logger.info('ending')
  stopTelling?.()
  await stack?.stop()
  if (directory !== undefined) await discardDataDir(directory)
  process.exit()
}

/** Whoever waits for the file finds all of it. For its owner alone, because it holds passwords. */
async function writeWhole(path: string, text: string): Promise<void> {
  const draft = `${path}.${process.pid}`
  await writeFile(draft, text, { mode: 0o600 })
  await rename(draft, path)
}

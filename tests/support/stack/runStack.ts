import { readFile } from 'node:fs/promises'
import { parseEnv } from 'node:util'
import type { Logger } from 'pino'
import { discardDataDir, makeTestFolder } from '../throwAwayServer.js'
import { LazyStack } from './lazyStack.js'
import type { PartName } from './part.js'
import { VARIABLES } from './serviceEnvironment.js'
import { openStackDoor } from './stackDoor.js'
import { findMissing, type Missing } from './startStack.js'

/** PostgreSQL is apart: every suite but `unit` needs it, so it runs in any case. */
const LAZY_PARTS = ['kafka', 'elasticsearch', 'redis'] as const satisfies readonly PartName[]

/** What a run of tests knows of its stack; crosses from vitest's main process to its workers. */
export interface StackOfRun {
  readonly doorUrl: string
  readonly missing: Missing
}

/**
 * The one stack of a whole run, of which nothing runs yet.
 * envFile: written by `npm run stack -- --env-file`; then the run uses that stack, which goes on after it.
 */
export async function openRunStack(
  logger: Logger,
  envFile: string | undefined,
): Promise<StackOfRun & { close(): Promise<void> }> {
  if (envFile !== undefined) return openRunningStack(await readFile(envFile, 'utf8'), envFile)
  const missing = await findMissing(LAZY_PARTS, logger)
  const directory = await makeTestFolder()
  const stack = new LazyStack(directory, logger)
  const door = await openStackDoor((part) => stack.address(part))
  return {
    doorUrl: door.url,
    missing,
    async close() {
      await door.close()
      await stack.stop()
      await discardDataDir(directory)
    },
  }
}

async function openRunningStack(text: string, envFile: string) {
  const environment = parseEnv(text)
  const lacking = LAZY_PARTS.filter((part) => environment[VARIABLES[part]] === undefined)
  const door = await openStackDoor(async (part) => {
    const address = environment[VARIABLES[part]]
    if (address === undefined) throw new Error(`${VARIABLES[part]} is not in ${envFile}`)
    return address
  })
  const missing: Missing = Object.fromEntries(lacking.map((part) => [part, `is not in ${envFile}`]))
  return { doorUrl: door.url, missing, close: () => door.close() }
}

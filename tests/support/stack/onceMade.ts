import { mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Logger } from 'pino'
import { hasCode } from '../../../src/embeddedPostgres/errors.js'
import { isAlive } from '../throwAwayServer.js'
import { CACHE } from './sources.js'

/**
 * A folder of the cache, made by `make` where it is absent. It gets its name by one rename when it is whole, so that a killed download
 * leaves no half of it, and of several that make it at once one wins.
 * name: has to change with whatever goes into the folder.
 */
export async function onceMade(name: string, logger: Logger, make: (stage: string) => Promise<void>): Promise<string> {
  const target = join(CACHE, name)
  if (await exists(target)) return target
  logger.info(`downloading ${name}, this once`)
  const startedAt = performance.now()
  await mkdir(CACHE, { recursive: true })
  await removeDeadStages()
  const stage = await mkdtemp(`${target}.stage-${process.pid}-`)
  try {
    await make(stage)
    await rename(stage, target)
    logger.info(`downloaded ${name} in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`)
  } catch (error) {
    await rm(stage, { recursive: true, force: true })
    // Somebody else was first, and theirs is as good.
    if (!hasCode(error, 'ENOTEMPTY', 'EEXIST')) throw error
  }
  return target
}

/** What killed downloads left. */
async function removeDeadStages(): Promise<void> {
  for (const name of await readdir(CACHE)) {
    const owner = /\.stage-(\d+)-/.exec(name)?.[1]
    if (owner !== undefined && !isAlive(Number(owner))) await rm(join(CACHE, name), { recursive: true, force: true })
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path)
    return true
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false
    throw error
  }
}

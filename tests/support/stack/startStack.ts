import { join } from 'node:path'
import type { Logger } from 'pino'
import { installElasticsearch } from './elasticsearchInstallation.js'
import { startElasticsearch } from './elasticsearchPart.js'
import { installKafka, type ProxiedListener, startKafka } from './kafkaPart.js'
import { PART_NAMES, type Part, type PartName } from './part.js'
import { PartUnavailable } from './partUnavailable.js'
import { startPostgres } from './postgresPart.js'
import type { Purpose } from './purpose.js'
import { installRedis, startRedis } from './redisPart.js'

/** By part, what is missing on this machine and what to install. */
export type Missing = Partial<Record<PartName, string>>

export interface StackOptions {
  /** Takes a folder of data for each part, which must not be there yet. Nothing in it is deleted here. */
  readonly directory: string
  readonly logger: Logger
  /** Default: `measure`. */
  readonly purpose?: Purpose
  /** Default: all. */
  readonly parts?: readonly PartName[]
  /** Default: Kafka is reached directly alone. */
  readonly proxiedKafka?: ProxiedListener
}

export interface Stack {
  /** Those that run. */
  readonly parts: Partial<Record<PartName, Part>>
  /** Those that this machine cannot run. */
  readonly missing: Missing
  /** Ends every part at once. */
  stop(): Promise<void>
}

/** Starts a part in a folder that is not there yet. */
type Start = (folder: string, purpose: Purpose, options: StackOptions) => Promise<Part>

/** Find what a part needs, and download once what can be downloaded. They throw PartUnavailable. */
const INSTALL: Record<PartName, (logger: Logger) => Promise<Start>> = {
  kafka: async (logger) => {
    const installation = await installKafka(logger)
    return (folder, purpose, { proxiedKafka }) => startKafka(installation, folder, purpose, proxiedKafka)
  },
  elasticsearch: async (logger) => {
    const installation = await installElasticsearch(logger)
    return (folder, purpose) => startElasticsearch(installation, folder, purpose)
  },
  redis: async () => {
    const installation = await installRedis()
    return (folder) => startRedis(installation, folder)
  },
  postgres: async () => startPostgres,
}

/**
 * Starts real servers on free ports of 127.0.0.1, all at the same time, and returns when each one answers. They end with this process,
 * whatever ends it. A part that cannot be had on this machine is told and left out; one that fails to start ends the others and throws.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const parts: Partial<Record<PartName, Part>> = {}
  const missing: Missing = {}
  const stop = async (): Promise<void> => {
    await Promise.all(Object.values(parts).map((part) => part.stop()))
  }
  const starting = (options.parts ?? PART_NAMES).map(async (name) => {
    const part = await startPart(name, options)
    if (typeof part === 'string') missing[name] = part
    else parts[name] = part
  })
  const failure = (await Promise.allSettled(starting)).find((outcome) => outcome.status === 'rejected')
  if (failure !== undefined) {
    await stop()
    throw failure.reason
  }
  return { parts, missing, stop }
}

/** Downloads what can be downloaded, without starting anything. */
export async function findMissing(names: readonly PartName[], logger: Logger): Promise<Missing> {
  const found = await Promise.all(names.map(async (name) => [name, await install(name, logger)] as const))
  return Object.fromEntries(found.filter(([, outcome]) => typeof outcome === 'string'))
}

async function startPart(name: PartName, options: StackOptions): Promise<Part | string> {
  const { directory, logger, purpose = 'measure' } = options
  const start = await install(name, logger)
  if (typeof start === 'string') {
    logger.warn(`${name} ${start}`)
    return start
  }
  logger.info(`starting ${name}`)
  const startedAt = performance.now()
  const part = await start(join(directory, name), purpose, options)
  logger.info(`${name} answers, after ${((performance.now() - startedAt) / 1000).toFixed(1)} s`)
  return part
}

/** Returns what starts the part, or what is missing for it. */
async function install(name: PartName, logger: Logger): Promise<Start | string> {
  try {
    return await INSTALL[name](logger)
  } catch (error) {
    if (error instanceof PartUnavailable) return error.message
    throw error
  }
}

import { resolve } from 'node:path'
import type { AdminCommands, Installation } from '../admin/installation.js'
import { PersonalDataCipher } from '../contract/personalData.js'
import { runningServerUrl } from '../embeddedPostgres/index.js'
import { keptSecrets } from '../keptSecrets.js'
import { type DocumentCache, ENTRY_TTL_MS } from '../read/cache/documentCache.js'
import { beginHistory } from '../write/index.js'
import type { Assembly } from './assembly.js'
import { openCommands, openLog } from './openLog.js'
import { openReadModels } from './openReadModels.js'
import { openStorage, type Storage } from './openStorage.js'
import { openTransport } from './openTransport.js'
import { requireLog, requireStores } from './requireInstallation.js'
import { unreachableCache } from './unreachableCache.js'

/** The database of an installation that is there already. */
interface FoundStorage extends Storage {
  /** Started for this process, because nobody else has it running. */
  readonly isAtRest: boolean
}

/** Somebody looks on and waits for an answer, and servers are up already. */
const PATIENCE_MS = 5_000

/** Opens the stores of an installation for one admin command, beside the processes that serve it. What it opens is closed by `starting`. */
export class InstallationOpener {
  readonly #assembly: Assembly
  #storage: Promise<FoundStorage> | undefined

  constructor(assembly: Assembly) {
    this.#assembly = { patienceMs: PATIENCE_MS, ...assembly }
  }

  async open(): Promise<Installation> {
    const { databaseUrl, personalDataKeys, isAtRest } = await this.#found()
    await requireStores(this.#assembly, databaseUrl)
    const log = await openLog(this.#assembly, databaseUrl)
    const { installationId, historyId } = log
    const transport = await openTransport(this.#assembly, { databaseUrl, installationId, historyId })
    const readModels = await openReadModels(this.#assembly, { databaseUrl, installationId, historyId })
    const { generations, registry, status, feed, cache } = readModels
    const generation = await generations.current()
    const { documents, inventory, parked, group } = await generations.open(generation)
    return {
      id: installationId,
      log,
      scan: transport.scan,
      observer: transport.observer,
      bus: transport.bus,
      checkpoints: transport.checkpoints,
      generations,
      generation,
      registry,
      documents,
      inventory,
      parked,
      status,
      feed,
      cache: this.#cacheInFrontOf(cache, isAtRest),
      cipher: new PersonalDataCipher(personalDataKeys),
      projectorGroup: group,
      isAtRest,
    }
  }

  async openCommands(): Promise<AdminCommands> {
    const { databaseUrl, tokenSecrets, personalDataKeys } = await this.#found()
    const cipher = new PersonalDataCipher(personalDataKeys)
    return openCommands(this.#assembly, { databaseUrl, tokenSecrets, cipher, onAppended: () => undefined })
  }

  /** Asks nothing of Kafka and Elasticsearch, which would be refused. */
  async beginHistory(): Promise<number> {
    const { databaseUrl } = await this.#found()
    return beginHistory(databaseUrl, this.#assembly.logger)
  }

  #found(): Promise<FoundStorage> {
    this.#storage ??= this.#find()
    return this.#storage
  }

  async #find(): Promise<FoundStorage> {
    const storage = await this.#openStorage()
    await requireLog(storage.databaseUrl, this.#assembly)
    return storage
  }

  async #openStorage(): Promise<FoundStorage> {
    const { config } = this.#assembly
    const dataDir = resolve(config.dataDir)
    const databaseUrl = config.database.kind === 'embedded' ? await runningServerUrl(dataDir) : undefined
    // Held for this process alone while it works, as a service would hold it: one that starts meanwhile is told.
    if (!databaseUrl) {
      const isAtRest = config.database.kind === 'embedded'
      return { ...(await openStorage(this.#assembly, (error) => this.#lost(error))), isAtRest }
    }
    const kept = await keptSecrets(dataDir, async () => false)
    return {
      databaseUrl,
      tokenSecrets: config.tokenSecrets ?? kept.tokenSecrets,
      personalDataKeys: config.personalDataKeys ?? kept.personalDataKeys,
      isAtRest: false,
    }
  }

  /** The statement under way fails, and with it the command. */
  #lost(error: Error): void {
    this.#assembly.logger.error({ err: error }, 'The embedded PostgreSQL has ended')
  }

  /** The cache of `npm start` is in its process: whoever writes from here waits until nothing older is remembered there. */
  #cacheInFrontOf(cache: DocumentCache, isAtRest: boolean): DocumentCache {
    return this.#assembly.config.redis || isAtRest ? cache : unreachableCache(ENTRY_TTL_MS)
  }
}

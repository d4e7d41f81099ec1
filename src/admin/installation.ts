import type { CheckpointStore } from '../bus/checkpointStore.js'
import type { EventBus } from '../bus/eventBus.js'
import type { LogObserver } from '../bus/logObserver.js'
import type { LogScan } from '../bus/logScan.js'
import type { PersonalDataCipher } from '../contract/personalData.js'
import type { AnnouncementFeed } from '../read/announcementFeed.js'
import type { DocumentCache } from '../read/cache/documentCache.js'
import type { GenerationRegistry } from '../read/generationRegistry.js'
import type { Generations } from '../read/generations.js'
import type { ReadStore } from '../read/readStore.js'
import type { CommandHandlers, LogReader } from '../write/index.js'

/** An installation as commands see it: the stores that its processes work on, while they go on doing so. */
export interface Installation extends Pick<ReadStore, 'documents' | 'inventory' | 'parked' | 'status'> {
  readonly id: string
  readonly log: Pick<LogReader, 'streamReader' | 'customerKeys'>
  readonly scan: LogScan
  readonly observer: LogObserver
  readonly bus: EventBus
  readonly checkpoints: CheckpointStore
  readonly generations: Generations
  /** The one that readers saw when this was opened, of which these documents are. They may be switched to another. */
  readonly generation: number
  readonly registry: GenerationRegistry
  readonly feed: AnnouncementFeed
  readonly cache: DocumentCache
  readonly cipher: PersonalDataCipher
  /** The consumer group that projects into this read store. */
  readonly projectorGroup: string
  /** True where the database was started for this command alone: then no part of the service runs, and none will take anything up meanwhile. */
  readonly isAtRest: boolean
}

export interface AdminCommands {
  readonly handlers: CommandHandlers
}

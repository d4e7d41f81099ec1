import type { Logger } from 'pino'
import type { OpenedAnnouncementFeed } from '../announcementFeed.js'
import { migrateReadSchema } from './migrateReadSchema.js'
import { openMigrationPool, openPool } from './pools.js'
import { PostgresAnnouncementFeed } from './postgresAnnouncementFeed.js'

/** A publication and a page. */
const CONNECTIONS = 2

/**
 * The feed as a table of the schema `read`, migrated to this release. Opened apart from the read store, because it goes with the bus: whoever
 * has no Kafka has it in the database of the log, wherever the documents are. Throws StoreUnavailable, PostgresFault, NewerReadSchema.
 */
export async function openPostgresAnnouncementFeed({
  databaseUrl,
  logger,
}: {
  readonly databaseUrl: string
  readonly logger: Logger
}): Promise<OpenedAnnouncementFeed> {
  const migrations = openMigrationPool(databaseUrl, logger)
  try {
    await migrateReadSchema(migrations, logger)
  } finally {
    await migrations.end()
  }
  const pool = openPool(databaseUrl, 'announcements', { max: CONNECTIONS }, logger)
  const feed = new PostgresAnnouncementFeed(pool, logger)
  return {
    publish: (results) => feed.publish(results),
    latest: (count) => feed.latest(count),
    follow: (after, onItems, signal) => feed.follow(after, onItems, signal),
    isLater: (position, other) => feed.isLater(position, other),
    async isReachable() {
      try {
        await pool.query('SELECT 1')
        return true
      } catch (error) {
        logger.warn({ err: error }, 'The feed of announcements does not answer')
        return false
      }
    },
    close: () => pool.end(),
  }
}

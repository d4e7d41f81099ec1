import type { Pool } from 'pg'

/** Of this one migration, in this database. */
const LOCK_NAME = 'order-gateway/checkpoints'

/**
 * One table needs no numbered migrations: what it should look like is said here, and asked for at every start.
 *
 * Early databases have it in the schema of the read store; it is moved with what it holds, or every event would be projected again.
 */
const MIGRATE = `
  DO $$
  BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('${LOCK_NAME}', 0));
    CREATE SCHEMA IF NOT EXISTS bus;
    IF to_regclass('bus.checkpoints') IS NULL AND to_regclass('read.checkpoints') IS NOT NULL THEN
      ALTER TABLE read.checkpoints SET SCHEMA bus;
    END IF;
    CREATE TABLE IF NOT EXISTS bus.checkpoints (
      consumer_group text COLLATE "C" PRIMARY KEY,
      era            integer NOT NULL,
      transaction_id xid8 NOT NULL,
      position       bigint NOT NULL
    );
  END
  $$`

/** Makes the schema `bus` where it is missing. Processes that start at once take turns. Throws pg's errors. */
export async function migrateCheckpoints(pool: Pool): Promise<void> {
  await pool.query(MIGRATE)
}

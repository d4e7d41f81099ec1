import type { PoolClient } from 'pg'

/** First half of the read store's advisory lock keys; "read" in ASCII, so that no other part of the database is met. */
const READ_STORE = 0x72656164

/** What one transaction of the read store has to do alone. */
export const LOCKS = { migrations: 1, announcements: 2, orderTerms: 3 } as const

/** Waits for the lock and keeps it until the transaction ends, which is after its commit is visible to others. */
export async function lock(client: PoolClient, name: keyof typeof LOCKS): Promise<void> {
  await client.query('SELECT pg_advisory_xact_lock($1, $2)', [READ_STORE, LOCKS[name]])
}

/** The same beside other holders of the shared lock. */
export async function lockShared(client: PoolClient, name: keyof typeof LOCKS): Promise<void> {
  await client.query('SELECT pg_advisory_xact_lock_shared($1, $2)', [READ_STORE, LOCKS[name]])
}

import { Client } from 'pg'

/** Whether nothing was ever recorded in this database; for those who must know before they open the log. */
export async function logIsEmpty(databaseUrl: string): Promise<boolean> {
  const client = new Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    const { rows: tables } = await client.query<{ there: boolean }>("SELECT to_regclass('events') IS NOT NULL AS there")
    if (!tables[0]?.there) return true
    return (await client.query('SELECT 1 FROM events LIMIT 1')).rows.length === 0
  } finally {
    await client.end()
  }
}

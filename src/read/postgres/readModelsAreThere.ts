import type { Logger } from 'pino'
import { CURRENT_SCHEMA } from './generationSchema.js'
import { openPool } from './pools.js'
import { orUnavailable } from './translateErrors.js'

/** Whether this database holds read models; for those who look after them and must not make them by looking. Throws StoreUnavailable. */
export async function readModelsAreThere(databaseUrl: string, logger: Logger): Promise<boolean> {
  const pool = openPool(databaseUrl, 'read models', { max: 1 }, logger)
  try {
    const { rows } = await orUnavailable(() =>
      pool.query<{ there: boolean }>('SELECT to_regclass($1) IS NOT NULL AS there', [`${CURRENT_SCHEMA}.orders`]),
    )
    return rows[0]?.there ?? false
  } finally {
    await pool.end()
  }
}

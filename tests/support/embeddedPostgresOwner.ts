import { pino } from 'pino'
import { startEmbeddedPostgres } from '../../src/embeddedPostgres/index.js'

/** What the owner process tells its parent, once. */
export type OwnerReport =
  | { readonly url: string; readonly pid: number }
  | { readonly refusal: { readonly name: string; readonly message: string } }

/** A process that owns the data directory in argv[2] until it is killed. Started by the test of the embedded PostgreSQL. */
const [, , dataDir = ''] = process.argv
const report = await startEmbeddedPostgres({ dataDir, logger: pino({ level: 'silent' }) }).then(
  ({ url, pid }): OwnerReport => ({ url, pid }),
  (error: Error): OwnerReport => ({ refusal: { name: error.name, message: error.message } }),
)
process.send?.(report)

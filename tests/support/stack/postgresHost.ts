import { once } from 'node:events'
import { pino } from 'pino'
import { startEmbeddedPostgres, THROW_AWAY_SETTINGS } from '../../../src/embeddedPostgres/index.js'

/** What the host tells its parent, once. */
export type HostReport = { readonly url: string; readonly pid: number } | { readonly fault: string }

/**
 * A process that holds PostgreSQL for its parent: PostgreSQL ends when the channel to the parent does, however the parent came to its end.
 * Arguments: the data directory, the port, the purpose.
 */
const [, , dataDir = '', port = '', purpose = ''] = process.argv
const parentIsGone = once(process, 'disconnect')
try {
  const server = await startEmbeddedPostgres({
    dataDir,
    logger: pino({ level: 'silent' }),
    port: Number(port),
    // Without fsync it loses nothing as long as the machine lives, but a commit that does not wait is lost with the server.
    settings: {
      ...(purpose === 'test' && { ...THROW_AWAY_SETTINGS, synchronous_commit: 'on' }),
      max_connections: '200',
    },
    // The parent kills it on purpose.
    onLost: () => undefined,
  })
  report({ url: server.url, pid: server.pid })
  await parentIsGone
  await server.stop()
} catch (error) {
  report({ fault: String(error) })
}

function report(message: HostReport): void {
  // A parent that has gone meanwhile needs no report.
  if (process.connected) process.send?.(message)
}

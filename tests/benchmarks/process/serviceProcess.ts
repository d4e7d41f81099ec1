/**
 * A process with the whole service and nothing else in its heap. Its arguments are the URL of its database, and
 * further variables of its environment as JSON, those of OpenTelemetry included.
 *
 * To its parent: the service's URL, then the bytes in use after a collection for each message that comes in. Ends when the parent lets go.
 */
import { once } from 'node:events'
import { traced } from '../../../src/tracedProcess.js'

const COLLECTIONS = 3

const [, , databaseUrl = '', variables = '{}'] = process.argv
Object.assign(process.env, JSON.parse(variables))
await traced(process.env, 'all', async () => {
  const { pino } = await import('pino')
  const { startWholeService } = await import('../service.js')
  const service = await startWholeService(databaseUrl, pino({ level: 'warn' }), JSON.parse(variables))
  process.on('message', () => {
    // Weak references and finalisers need more than one.
    for (let round = 0; round < COLLECTIONS; round++) globalThis.gc?.()
    process.send?.(process.memoryUsage().heapUsed)
  })
  process.send?.(service.url)
  await once(process, 'disconnect')
  await service.stop()
})

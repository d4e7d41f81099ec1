/**
 * A process with the whole service and nothing else in its heap. Its first argument is the URL of its database.
 *
 * To its parent: the service's URL, then the bytes in use after a collection for each message that comes in. Ends when the parent lets go.
 */
import { once } from 'node:events'
import { pino } from 'pino'
import { startWholeService } from '../service.js'

const COLLECTIONS = 3

const service = await startWholeService(process.argv[2] ?? '', pino({ level: 'warn' }))
process.on('message', () => {
  // Weak references and finalisers need more than one.
  for (let round = 0; round < COLLECTIONS; round++) globalThis.gc?.()
  process.send?.(process.memoryUsage().heapUsed)
})
process.send?.(service.url)
await once(process, 'disconnect')
await service.stop()

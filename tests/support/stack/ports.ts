import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

/**
 * Below the range from which systems take the ports of outgoing connections (from 32768 on Linux, from 49152 elsewhere). A server that is
 * killed and started again finds its port free: a client that tries to connect meanwhile cannot be given that very port as its own.
 */
const LOWEST = 20_000
const HIGHEST = 32_000
const MAX_ATTEMPTS = 100

/** A TCP port that nobody listens on at 127.0.0.1 at this moment, and that a server may come back to. */
export async function stablePort(): Promise<number> {
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
    const port = randomInt(LOWEST, HIGHEST)
    if (await isFree(port)) return port
  }
  throw new Error(`no free TCP port between ${LOWEST} and ${HIGHEST} in ${MAX_ATTEMPTS} tries`)
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}

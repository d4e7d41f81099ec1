import { createServer } from 'node:net'

/** A TCP port that is free on 127.0.0.1 at this moment. Another process may take it before its user does: be ready to ask again. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => {
        if (address === null || typeof address === 'string') reject(new Error('expected a TCP address of a TCP server'))
        else resolve(address.port)
      })
    })
  })
}

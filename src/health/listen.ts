import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Where a server listens. */
export interface ListenAddress {
  readonly host: string
  /** 0 = any free one. */
  readonly port: number
  /** The environment variable that the port comes from. */
  readonly variable: 'PORT' | 'METRICS_PORT'
}

/** The port is taken. The message is one line that says what to do. */
export class PortInUse extends Error {
  override readonly name = 'PortInUse'
  readonly code = 'PORT_IN_USE'

  constructor({ host, port, variable }: ListenAddress) {
    const none = variable === 'METRICS_PORT' ? ', 0 for none' : ''
    super(`Port ${port} on ${host} is in use: stop the other program, or choose another port with ${variable}${none}.`)
  }
}

/** Where a server has come to listen. origin: http://host:port */
export interface Bound {
  readonly origin: string
  readonly port: number
}

/** Throws PortInUse. */
export async function listen(server: Server, address: ListenAddress): Promise<Bound> {
  const { host, port } = address
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'EADDRINUSE' ? new PortInUse(address) : error),
    )
    server.listen(port, host, resolve)
  })
  const { port: bound } = server.address() as AddressInfo
  return { origin: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`, port: bound }
}

/** For those who listen last: a taken port is told before databases are started for nothing. Throws PortInUse. */
export async function requireFreePort(address: ListenAddress): Promise<void> {
  const server = createServer()
  await listen(server, address)
  await new Promise((resolve) => server.close(resolve))
}

import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export interface CuttableProxy {
  /** The server's address, by way of the proxy. */
  readonly url: string
  /** From now on what the server answers is lost on the way, and nobody learns that it is. */
  loseAnswers(): void
  /** From now on what clients send is lost on the way. */
  loseRequests(): void
  /** Whether something was lost since the last loseAnswers or loseRequests. */
  hasLost(): boolean
  /** Breaks every connection; new ones work again. */
  cut(): void
  /** Breaks every connection and refuses new ones. */
  close(): Promise<void>
}

/** A network between a client and a server that fails when told to. */
export async function startCuttableProxy(serverUrl: string): Promise<CuttableProxy> {
  const target = new URL(serverUrl)
  const sockets = new Set<Socket>()
  let losing: 'nothing' | 'answers' | 'requests' = 'nothing'
  let lost = false

  const pass = (from: Socket, to: Socket, direction: 'answers' | 'requests') => {
    sockets.add(from)
    from.on('data', (bytes) => {
      if (losing === direction) lost = true
      else to.write(bytes)
    })
    from.on('error', () => to.destroy())
    from.on('close', () => {
      sockets.delete(from)
      to.destroy()
    })
  }
  const listener = createServer((client) => {
    const server = connect(Number(target.port), target.hostname)
    pass(client, server, 'requests')
    pass(server, client, 'answers')
  })
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))

  const url = new URL(serverUrl)
  url.host = `127.0.0.1:${(listener.address() as AddressInfo).port}`
  const lose = (what: 'answers' | 'requests') => {
    losing = what
    lost = false
  }
  const cut = () => {
    losing = 'nothing'
    for (const socket of sockets) socket.destroy()
  }
  return {
    url: url.href,
    loseAnswers: () => lose('answers'),
    loseRequests: () => lose('requests'),
    hasLost: () => lost,
    cut,
    close: async () => {
      const closed = new Promise((resolve) => listener.close(resolve))
      cut()
      await closed
    },
  }
}

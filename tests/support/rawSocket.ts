import { once } from 'node:events'
import { WebSocket } from 'ws'

/** A socket without a client library: says what it is told, keeps what it hears, and tells how it was closed. */
export class RawSocket {
  readonly received: Record<string, unknown>[] = []
  readonly closed: Promise<number>
  readonly #socket: WebSocket
  #arrived: () => void = () => undefined

  private constructor(socket: WebSocket) {
    this.#socket = socket
    this.closed = new Promise((resolve) => socket.once('close', (code) => resolve(code)))
    socket.on('error', () => undefined)
    socket.on('message', (data) => {
      this.received.push(JSON.parse(String(data)))
      this.#arrived()
    })
  }

  /** url: of the API over HTTP. */
  static async open(
    url: string,
    options: { readonly origin?: string; readonly protocol?: string } = {},
  ): Promise<RawSocket> {
    const socket = new WebSocket(url.replace(/^http/, 'ws'), options.protocol ?? 'graphql-transport-ws', {
      ...(options.origin ? { origin: options.origin } : {}),
    })
    const raw = new RawSocket(socket)
    await once(socket, 'open')
    return raw
  }

  /** Opened and acknowledged. */
  static async initialised(url: string): Promise<RawSocket> {
    const raw = await RawSocket.open(url)
    raw.say({ type: 'connection_init' })
    await raw.hears(({ type }) => type === 'connection_ack')
    return raw
  }

  say(message: unknown): void {
    this.#socket.send(typeof message === 'string' ? message : JSON.stringify(message))
  }

  subscribe(id: string, query: string, variables?: unknown): void {
    this.say({ id, type: 'subscribe', payload: { query, variables } })
  }

  /** Bytes past the WebSocket protocol. */
  write(bytes: Buffer): void {
    ;(this.#socket as unknown as { _socket: { write(bytes: Buffer): void } })._socket.write(bytes)
  }

  /** Leaves what comes unread, so that it piles up on the server. */
  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    this.#socket.resume()
  }

  /** Waits until a message that was or will be received fits. */
  async hears(
    fits: (message: Record<string, unknown>) => boolean,
    timeoutMs = 5_000,
  ): Promise<Record<string, unknown>> {
    const deadline = Date.now() + timeoutMs
    for (;;) {
      const found = this.received.find(fits)
      if (found) return found
      await this.#next(deadline - Date.now())
    }
  }

  async close(): Promise<void> {
    this.#socket.terminate()
    await this.closed
  }

  #next(withinMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`Expected another message, heard ${JSON.stringify(this.received)}.`)),
        withinMs,
      )
      this.#arrived = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}

import type { OperationTypeNode } from 'graphql'
import type { WebSocket } from 'ws'
import type { OperationSource } from './context.js'

/** RFC 6455: the server is going away. */
const GOING_AWAY = 1001

/** One client's socket: what is under way on it, and the bounds of what it may hold in memory. */
export class SocketSession {
  readonly #socket: WebSocket
  readonly #maxBufferedBytes: number
  readonly #closed = new AbortController()
  readonly #draining = new AbortController()
  #underWay = 0
  #answersPings = true

  constructor(socket: WebSocket, maxBufferedBytes: number) {
    this.#socket = socket
    this.#maxBufferedBytes = maxBufferedBytes
    socket.on('pong', () => {
      this.#answersPings = true
    })
    // ws answers pings by itself: a client that sends them without reading would fill the buffer.
    socket.on('ping', () => this.#cutOffIfBehind())
  }

  /** Messages under way, the present one included. */
  get operations(): number {
    return this.#underWay
  }

  async during(message: () => Promise<void>): Promise<void> {
    this.#underWay++
    try {
      await message()
    } finally {
      this.#underWay--
      this.#closeIfDrained()
    }
  }

  /** Resolves when the text has been handed to the network, also when the socket is gone: the protocol is told of that by its close. */
  async send(text: string): Promise<void> {
    this.#cutOffIfBehind()
    if (this.#socket.readyState !== this.#socket.OPEN) {
      // Now and not when the close is reported: a source that never has to wait would not let that happen.
      this.ended()
      return
    }
    await new Promise<void>((resolve) => this.#socket.send(text, () => resolve()))
  }

  /** A subscription ends when the server is about to stop; a query may still answer. */
  sourceOf(operation: OperationTypeNode): OperationSource {
    const { signal } = operation === 'subscription' ? this.#draining : this.#closed
    return { connection: this, signal: () => signal }
  }

  drain(): void {
    this.#draining.abort()
    this.#closeIfDrained()
  }

  ended(): void {
    this.#draining.abort()
    this.#closed.abort()
  }

  close(code: number, reason: string): void {
    this.#socket.close(code, reason)
  }

  terminate(): void {
    this.#socket.terminate()
  }

  ping(): void {
    if (!this.#answersPings) {
      this.#socket.terminate()
      return
    }
    this.#answersPings = false
    this.#socket.ping()
  }

  #closeIfDrained(): void {
    if (this.#draining.signal.aborted && this.#underWay === 0) this.#socket.close(GOING_AWAY, 'Going away')
  }

  #cutOffIfBehind(): void {
    if (this.#socket.bufferedAmount > this.#maxBufferedBytes) this.#socket.terminate()
  }
}

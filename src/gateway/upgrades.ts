import { type IncomingMessage, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { isForLoopback } from './loopbackHost.js'

/** Why an upgrade to a WebSocket is refused, as an HTTP status; undefined when it may go ahead. */
export function upgradeFault(request: IncomingMessage, path: string, full: boolean): 403 | 404 | 503 | undefined {
  if (request.url?.split('?', 1)[0] !== path) return 404
  if (!isForLoopback(request) || !comesFromHere(request)) return 403
  return full ? 503 : undefined
}

export function refuseUpgrade(socket: Duplex, status: number): void {
  socket.once('error', () => socket.destroy())
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`)
}

/** Browsers let any page open a socket to any server and say only where the page came from. Programs that are no browsers say nothing. */
function comesFromHere({ headers }: IncomingMessage): boolean {
  if (headers.origin === undefined) return true
  return URL.canParse(headers.origin) && new URL(headers.origin).host === headers.host
}

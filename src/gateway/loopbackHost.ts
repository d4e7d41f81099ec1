import type { IncomingMessage } from 'node:http'

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?$/i

/**
 * Whether a request was meant for this machine by the name it was sent to.
 *
 * As long as there is no login, being on this machine is what lets a caller in. A web page whose own name is made to resolve to 127.0.0.1 (DNS
 * rebinding) reaches the port too, but its browser still says the page's name as Host.
 */
export function isForLoopback({ headers }: IncomingMessage): boolean {
  return headers.host !== undefined && LOOPBACK.test(headers.host)
}

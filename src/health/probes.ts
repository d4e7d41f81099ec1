import type { ServerResponse } from 'node:http'
import { within } from '../waiting/within.js'

/** One part that a process needs or is made of, and whether it is there. */
export interface ProbedPart {
  readonly part: string
  readonly ok: boolean
  /** In a word or two, where there is more to say, such as "standing by" or "stuck". */
  readonly state?: string
}

/** May take long, may reject: both mean "no". */
export type Readiness = () => Promise<readonly ProbedPart[]>

/** part: what a person calls it. */
export function reachable(part: string, server: { isReachable(): Promise<boolean> }): Readiness {
  return async () => [{ part, ok: await isThere(server) }]
}

/** Of one server, and below what all may take together: one that hangs longer than this is named, and the others with it. */
const SERVER_TIMEOUT_MS = 2_500

async function isThere(server: { isReachable(): Promise<boolean> }): Promise<boolean> {
  try {
    return await within(SERVER_TIMEOUT_MS, server.isReachable())
  } catch {
    return false
  }
}

/** Asks all of them at once: of two servers that hang each takes its time to be given up, and the answer must name both. */
export function together(...parts: readonly Readiness[]): Readiness {
  return async () => (await Promise.all(parts.map((each) => each()))).flat()
}

/** Whoever asks for readiness asks again soon: an answer that takes longer is "no". */
const PROBE_TIMEOUT_MS = 3_000

/** Answers /readyz: 200 when everything is there, 503 with what is down. */
export async function respondWithReadiness(response: ServerResponse, readiness: Readiness): Promise<void> {
  const parts = await answered(readiness())
  const down = parts.filter(({ ok }) => !ok).map(({ part }) => part)
  response.statusCode = down.length === 0 ? 200 : 503
  response.setHeader('content-type', 'application/json; charset=utf-8')
  response.end(JSON.stringify({ ready: down.length === 0, down, parts }))
}

async function answered(asked: Promise<readonly ProbedPart[]>): Promise<readonly ProbedPart[]> {
  try {
    return await within(PROBE_TIMEOUT_MS, asked)
  } catch {
    // What is wrong with a part is logged where it is asked.
    return [{ part: 'readiness', ok: false }]
  }
}

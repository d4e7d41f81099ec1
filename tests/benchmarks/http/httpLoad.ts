import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** Keep-alive clients that send the same GraphQL request again and again, each as soon as its last one is answered. */
export interface HttpLoad {
  readonly url: string
  readonly body: string
  /** A text that every good answer has: GraphQL says with status 200 that it failed. */
  readonly expected: string
  readonly connections: number
  readonly until: { readonly seconds: number } | { readonly requests: number }
}

export type HttpLoadResult =
  | { readonly requestsPerSecond: number }
  /** What was wrong with the answers. */
  | { readonly fault: string }

const GENERATOR = fileURLToPath(new URL('loadGenerator.js', import.meta.url))

/** Runs the load from a process of its own, so that the clients' work is not done by the server's thread. Rejects unless every answer was good. */
export async function requestsPerSecond(load: HttpLoad): Promise<number> {
  const generator = fork(GENERATOR, [JSON.stringify(load)], { execArgv: [] })
  const exited = once(generator, 'exit')
  const [result] = (await Promise.race([once(generator, 'message'), exited.then(() => [])])) as [HttpLoadResult?]
  await exited
  if (result === undefined) throw new Error('Expected the load generator to report, but it ended without.')
  if ('fault' in result) throw new Error(`Expected only good answers from ${load.url}; ${result.fault}.`)
  return result.requestsPerSecond
}

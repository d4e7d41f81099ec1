import type { Client } from '../../support/client.js'
import { postGraphql } from '../http/postGraphql.js'
import { CREATE_ORDER } from '../shop.js'

export type Level = 'DOCUMENT' | 'SEARCHABLE'

const PROJECTION_COMPLETED = `subscription ProjectionCompleted($token: ConsistencyToken!, $level: Visibility) {
  projectionCompleted(token: $token, level: $level, timeoutMs: 60000) { status }
}`

/** Milliseconds from the sending of a mutation until VISIBLE arrives on an open socket. */
export async function commandToCompletion(client: Client, url: string, level: Level = 'DOCUMENT'): Promise<number> {
  const startedAt = performance.now()
  const { createOrder } = await postGraphql<{ createOrder: { receipt: { token: string } } }>(url, CREATE_ORDER)
  const { token } = createOrder.receipt
  const outcomes = client.subscribe<{ projectionCompleted: { status: string } }, { token: string; level: Level }>(
    PROJECTION_COMPLETED,
    { token, level },
  )
  for await (const { data } of outcomes) {
    if (data?.projectionCompleted.status === 'VISIBLE') return performance.now() - startedAt
  }
  throw new Error('Expected every order to become visible.')
}

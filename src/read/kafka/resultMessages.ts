import type { KafkaMessage, Message } from 'kafkajs'
import type { ProjectionResult } from '../../contract/projectionResult.js'
import { HEADERS } from '../../contract/topics.js'

const KINDS: ReadonlySet<unknown> = new Set<ProjectionResult['kind']>(['applied', 'ordersOfCustomer', 'parked'])

/** What a message of the topic turned out to be. */
export type ReadResult =
  | { readonly kind: 'result'; readonly result: ProjectionResult }
  /** Of another installation: its name, where it has one. */
  | { readonly kind: 'foreign'; readonly installationId: string | undefined }
  /** Ours by its header, but not an announcement that this release can read. */
  | { readonly kind: 'unreadable' }

/** Key = stream id, value = the announcement as JSON, one header. */
export function toMessage(result: ProjectionResult, installationId: string): Message {
  return {
    key: result.streamId,
    value: Buffer.from(JSON.stringify(result)),
    headers: { [HEADERS.installationId]: installationId },
  }
}

/** Never throws: whoever may write to the topic must not be able to stop a gateway. */
export function readMessage({ value, headers }: KafkaMessage, installationId: string): ReadResult {
  const owner = headers?.[HEADERS.installationId]?.toString()
  if (owner !== installationId) return { kind: 'foreign', installationId: owner }
  const result = parsed(value)
  return isProjectionResult(result) ? { kind: 'result', result } : { kind: 'unreadable' }
}

function parsed(value: Buffer | null): unknown {
  try {
    return value === null ? undefined : JSON.parse(value.toString())
  } catch {
    // Not JSON: told as unreadable, without the parser's message, which quotes its input.
    return undefined
  }
}

/** As far as the ring looks at every announcement; the rest is the business of who wrote it. */
function isProjectionResult(value: unknown): value is ProjectionResult {
  if (typeof value !== 'object' || value === null) return false
  const { kind, streamId, version } = value as { readonly [Field in keyof ProjectionResult]?: unknown }
  return KINDS.has(kind) && typeof streamId === 'string' && Number.isSafeInteger(version)
}

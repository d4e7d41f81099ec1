import { randomFillSync } from 'node:crypto'
import { currentTraceparent } from '../telemetry/spans.js'

const TRACE_ID_BYTES = 16
const SPAN_ID_BYTES = 8
/** Behind the version and a hyphen. */
const TRACE_ID_AT = 3
const TRACE_BYTES = TRACE_ID_BYTES + SPAN_ID_BYTES

/** Random bytes for some hundred traces: drawing them one by one costs twenty times as much, on every request. */
const pool = Buffer.alloc(TRACE_BYTES * 256)
let used = pool.length

/** The trace that runs here; where none does, a random one. With its traceparent in the form of W3C Trace Context (sampled). */
export function newTrace(): { readonly traceId: string; readonly traceparent: string } {
  const running = currentTraceparent()
  if (running !== undefined)
    return { traceId: running.slice(TRACE_ID_AT, TRACE_ID_AT + TRACE_ID_BYTES * 2), traceparent: running }
  if (used === pool.length) {
    randomFillSync(pool)
    used = 0
  }
  const random = pool.toString('hex', used, used + TRACE_BYTES)
  used += TRACE_BYTES
  const traceId = random.slice(0, TRACE_ID_BYTES * 2)
  return { traceId, traceparent: `00-${traceId}-${random.slice(TRACE_ID_BYTES * 2)}-01` }
}

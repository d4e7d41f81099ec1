import { parseStreamId } from '../contract/streams.js'
import { ATTRIBUTES } from '../telemetry/attributeNames.js'
import { SPANS } from '../telemetry/spanNames.js'
import { inSpan, isTracing } from '../telemetry/spans.js'
import type { VersionWaiter } from './consistency.js'

/** Each wait in a span, linked to the command whose write is waited for. */
export function tracedWaiter(waiter: VersionWaiter): VersionWaiter {
  if (!isTracing()) return waiter
  return {
    waitFor: (target, views, options) =>
      inSpan(
        SPANS.wait,
        {
          links: target.traceparent === undefined ? [] : [target.traceparent],
          attributes: {
            [ATTRIBUTES.streamCategory]: parseStreamId(target.streamId).category,
            [ATTRIBUTES.streamVersion]: target.version,
          },
        },
        async (span) => {
          const outcome = await waiter.waitFor(target, views, options)
          span?.setAttribute(ATTRIBUTES.outcome, outcome.kind)
          return outcome
        },
      ),
  }
}

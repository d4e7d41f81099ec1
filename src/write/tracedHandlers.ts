import { ATTRIBUTES } from '../telemetry/attributeNames.js'
import { SPANS } from '../telemetry/spanNames.js'
import { currentTraceparent, inSpan, isTracing } from '../telemetry/spans.js'
import type { CommandContext, CommandHandlers, CommandOutcome } from './commandRequests.js'

/** Each command in a span of its own, which its event remembers as where it came from. */
export function tracedHandlers(handlers: CommandHandlers): CommandHandlers {
  if (!isTracing()) return handlers
  return {
    order: (request, context) => traced(request.type, context, (inside) => handlers.order(request, inside)),
    customer: (request, context) => traced(request.type, context, (inside) => handlers.customer(request, inside)),
    product: (request, context) => traced(request.type, context, (inside) => handlers.product(request, inside)),
  }
}

function traced<State>(
  type: string,
  context: CommandContext,
  handle: (context: CommandContext) => Promise<CommandOutcome<State>>,
): Promise<CommandOutcome<State>> {
  return inSpan(SPANS.command(type), { attributes: { [ATTRIBUTES.command]: type } }, async (span) => {
    const outcome = await handle({ ...context, traceparent: currentTraceparent() ?? context.traceparent })
    span?.setAttribute(ATTRIBUTES.outcome, outcome.kind === 'accepted' ? 'accepted' : outcome.code)
    return outcome
  })
}

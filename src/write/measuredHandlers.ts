import { ATTRIBUTES } from '../telemetry/attributeNames.js'
import type { Instruments } from '../telemetry/instruments.js'
import { METRICS } from '../telemetry/metricNames.js'
import type { CommandHandlers, CommandOutcome } from './commandRequests.js'
import { LogUnavailable } from './eventStore/eventStore.js'

/** Counts commands by type and outcome, and how long each took to be answered. */
export function measuredHandlers(handlers: CommandHandlers, instruments: Instruments): CommandHandlers {
  const commands = instruments.counter(METRICS.commands)
  const duration = instruments.histogram(METRICS.commandDuration)

  async function measured<Outcome extends CommandOutcome<unknown>>(
    command: string,
    handle: () => Promise<Outcome>,
  ): Promise<Outcome> {
    const startedAt = performance.now()
    let outcome = 'INTERNAL_SERVER_ERROR'
    try {
      const answer = await handle()
      outcome = nameOf(answer)
      return answer
    } catch (error) {
      if (error instanceof LogUnavailable) outcome = 'UNAVAILABLE'
      throw error
    } finally {
      commands.add(1, { [ATTRIBUTES.command]: command, [ATTRIBUTES.outcome]: outcome })
      duration.record((performance.now() - startedAt) / 1_000, { [ATTRIBUTES.command]: command })
    }
  }

  return {
    order: (request, context) => measured(request.type, () => handlers.order(request, context)),
    customer: (request, context) => measured(request.type, () => handlers.customer(request, context)),
    product: (request, context) => measured(request.type, () => handlers.product(request, context)),
  }
}

function nameOf(outcome: CommandOutcome<unknown>): string {
  if (outcome.kind === 'refused') return outcome.code
  return outcome.duplicate ? 'duplicate' : 'accepted'
}

import type { ExistingOrder } from '../domain/order/state.js'
import { customer, order, product } from './aggregates.js'
import type { CommandHandlers, CommandOutcome } from './commandRequests.js'
import { type HandlerParts, handleCommand } from './handleCommand.js'
import { planCustomer, planOrder, planProduct } from './parseRequest.js'

/** The commands of all aggregates on one event store. */
export function createCommandHandlers(parts: HandlerParts): CommandHandlers {
  return {
    // An accepted command leaves an order that exists.
    order: (request, context) =>
      handleCommand(parts, order, request, planOrder(request, context), context) as Promise<
        CommandOutcome<ExistingOrder>
      >,
    customer: async (request, context) =>
      withoutState(await handleCommand(parts, customer, request, planCustomer(request, context), context)),
    product: async (request, context) =>
      withoutState(await handleCommand(parts, product, request, planProduct(request, context), context)),
  }
}

function withoutState(outcome: CommandOutcome<unknown>): CommandOutcome<undefined> {
  return outcome.kind === 'accepted' ? { ...outcome, state: undefined } : outcome
}

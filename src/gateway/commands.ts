import { randomUUID } from 'node:crypto'
import { estimatedDelivery } from '../contract/estimatedDelivery.js'
import type { OrderLine } from '../domain/order/events.js'
import type { ExistingOrder } from '../domain/order/state.js'
import type { StreamVersion } from '../read/index.js'
import { isTracing } from '../telemetry/spans.js'
import type { AcceptedCommand, CommandContext, CommandOutcome, OrderRequest, RefusedCommand } from '../write/index.js'
import type { GatewayContext } from './context.js'
import type { CommandReceipt, OrderCommandPayload, OrderState } from './types/commandPayloads.js'
import { moneyOf } from './types/money.js'
import type { OrderItem } from './types/order.js'
import type { UserError } from './types/userError.js'

/** What every command's input may say about the command itself. */
export interface CommandInput {
  readonly commandId?: string | null | undefined
  readonly expectedVersion?: number | null | undefined
}

export function commandContextOf(input: CommandInput, context: GatewayContext): CommandContext {
  const { commandId, expectedVersion } = input
  return {
    principal: context.principal,
    ...(typeof commandId === 'string' ? { commandId } : {}),
    ...(typeof expectedVersion === 'number' ? { expectedVersion } : {}),
    occurredAt: new Date().toISOString(),
    traceparent: context.traceparent,
    correlationId: randomUUID(),
  }
}

export async function orderCommand(
  request: OrderRequest,
  input: CommandInput,
  context: GatewayContext,
): Promise<OrderCommandPayload> {
  const outcome = await context.handlers.order(request, commandContextOf(input, context))
  return { ...payloadOf(outcome, context), order: outcome.kind === 'accepted' ? orderStateOf(outcome) : null }
}

/** What all payloads have in common. */
export function payloadOf(outcome: CommandOutcome<unknown>, context: GatewayContext) {
  if (outcome.kind === 'refused') return { written: undefined, receipt: null, userErrors: [userErrorOf(outcome)] }
  const { streamId, version, recordedAt } = outcome
  const written = { streamId, version, recordedAt: Date.parse(recordedAt) }
  return { written, receipt: receiptOf(outcome, written, context), userErrors: [] }
}

function receiptOf(
  { commandId, id, version, duplicate, traceId, traceparent }: AcceptedCommand<unknown>,
  written: StreamVersion,
  context: GatewayContext,
): CommandReceipt {
  // So that whoever reads with the token, in a trace of their own, is led to this one.
  const token = context.tokens.issue(isTracing() ? { ...written, traceparent } : written)
  return { commandId, streamId: id, version, token, duplicate, traceId }
}

function userErrorOf({ code, message, field, retryable }: RefusedCommand): UserError {
  return { code, message, field: field ?? null, retryable }
}

/** Getters: many callers ask for little more than the receipt, and this is the hot path. */
function orderStateOf({ id, version, state }: AcceptedCommand<ExistingOrder>): OrderState {
  return {
    id,
    version,
    status: state.status,
    customerId: state.customerId,
    get items() {
      return state.items.map(itemOf)
    },
    get totalAmount() {
      return moneyOf(state.total.amountMinor, state.total.currency)
    },
    get paidAmount() {
      return moneyOf(state.paid.amountMinor, state.paid.currency)
    },
    get estimatedDelivery() {
      return estimatedDelivery(state)
    },
  }
}

function itemOf({ sku, productName, unitPrice, quantity }: OrderLine): OrderItem {
  const { amountMinor, currency } = unitPrice
  return {
    sku,
    productName,
    unitPrice: moneyOf(amountMinor, currency),
    quantity,
    lineTotal: moneyOf(amountMinor * BigInt(quantity), currency),
  }
}

import { randomUUIDv7 } from 'node:crypto'
import { PrismaPg } from '@prisma/adapter-pg'
import { decodeEvent, encodeEvent } from '../../../src/contract/eventCodec.js'
import type { EventEnvelope, EventMetadata, JsonObject } from '../../../src/contract/eventEnvelope.js'
import type { PersonalDataCipher } from '../../../src/contract/personalData.js'
import { type StreamCategory, streamIdOf } from '../../../src/contract/streams.js'
import { isRefusal } from '../../../src/domain/decision.js'
import type { CatalogueEntry } from '../../../src/domain/order/commands.js'
import { decideOrder } from '../../../src/domain/order/decide.js'
import { evolveOrder, initialOrder } from '../../../src/domain/order/evolve.js'
import type { ExistingOrder } from '../../../src/domain/order/state.js'
import type { ProductAdded } from '../../../src/domain/product/events.js'
import { type Prisma, PrismaClient } from '../../../src/generated/prisma/client.js'
import type { CommandContext, CommandOutcome, OrderRequest } from '../../../src/write/index.js'
import { type CommandPlan, planOrder } from '../../../src/write/parseRequest.js'

/**
 * createOrder the way most would write it with Prisma: one interactive transaction that reads what the decision asks for and creates the
 * event. Rules, codec and encryption are the service's own; only the way to the database differs.
 */
export class InteractiveTransactionHandlers {
  readonly #prisma: PrismaClient
  readonly #cipher: PersonalDataCipher

  constructor(databaseUrl: string, connections: number, cipher: PersonalDataCipher) {
    this.#prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: databaseUrl, max: connections }) })
    this.#cipher = cipher
  }

  /** Throws where the order is refused: no benchmark sends such a one. */
  async order(request: OrderRequest, context: CommandContext): Promise<CommandOutcome<ExistingOrder>> {
    const plan = planOrder(request, context)
    if (isRefusal(plan)) throw new Error(plan.message)
    return this.#prisma.$transaction((transaction) => this.#create(transaction, plan, context))
  }

  async #create(
    transaction: Prisma.TransactionClient,
    plan: CommandPlan<Parameters<typeof decideOrder>[0]>,
    context: CommandContext,
  ): Promise<CommandOutcome<ExistingOrder>> {
    const { customerId = '', id, skus } = plan
    const streamId = streamIdOf('order', id)
    const taken = await transaction.event.findFirst({ where: { streamId }, select: { streamVersion: true } })
    const customer = await transaction.customerKey.findUnique({ where: { customerId } })
    const catalogue = await transaction.event.findMany({
      where: {
        streamId: { in: skus.map((sku) => streamIdOf('product', sku)) },
        type: { in: ['ProductAdded', 'ProductPriceChanged'] },
      },
      orderBy: { streamVersion: 'asc' },
    })
    if (taken || !customer?.wrappedKey) throw new Error('Expected a new order of a known customer.')
    const decision = decideOrder(
      plan.command({
        customer: 'registered',
        catalogue: new Map(catalogue.map((row) => [row.streamId.slice('product-'.length), entryOf(row)])),
      }),
      initialOrder,
    )
    if (isRefusal(decision)) throw new Error(decision.message)

    const eventId = randomUUIDv7()
    const commandId = context.commandId ?? randomUUIDv7()
    const { principal, traceparent, correlationId, occurredAt } = context
    const key = this.#cipher.unwrap(customer.wrappedKey)
    const encoded = encodeEvent(decision.event, (personal) => this.#cipher.seal(key, eventId, personal))
    const { recordedAt } = await transaction.event.create({
      data: {
        era: 1,
        streamId,
        streamCategory: 'order',
        streamVersion: 1,
        ...encoded,
        data: encoded.data as Prisma.InputJsonObject,
        principal,
        commandId,
        metadata: { eventId, correlationId, causationId: commandId, actor: principal, traceparent, occurredAt },
      },
    })
    return {
      kind: 'accepted',
      commandId,
      streamId,
      id,
      version: 1,
      duplicate: false,
      recordedAt: recordedAt.toISOString(),
      traceId: traceparent.split('-')[1] ?? '',
      traceparent,
      state: evolveOrder(initialOrder, decision.event) as ExistingOrder,
    }
  }

  close(): Promise<void> {
    return this.#prisma.$disconnect()
  }
}

function entryOf(row: Prisma.EventGetPayload<object>): CatalogueEntry {
  const envelope: EventEnvelope = {
    eventId: '',
    type: row.type,
    schemaVersion: row.schemaVersion,
    streamId: row.streamId,
    streamCategory: row.streamCategory as StreamCategory,
    streamVersion: row.streamVersion,
    position: { era: row.era, transactionId: '0', position: String(row.position) },
    recordedAt: row.recordedAt.toISOString(),
    data: row.data as JsonObject,
    metadata: row.metadata as unknown as EventMetadata,
  }
  const { name, unitPrice } = (decodeEvent(envelope, () => null) as ProductAdded).data
  return { name, unitPrice }
}

import type { GraphQLResolveInfo } from 'graphql'
import { Arg, Ctx, FieldResolver, Info, Int, Mutation, Resolver, Root } from 'type-graphql'
import { awaitProjected } from '../awaitWrite.js'
import { orderCommand } from '../commands.js'
import type { GatewayContext } from '../context.js'
import { OrderCommandPayload } from '../types/commandPayloads.js'
import { Order, orderOf } from '../types/order.js'
import {
  AddOrderItemInput,
  CancelOrderInput,
  ConfirmOrderInput,
  CreateOrderInput,
  DeliverOrderInput,
  RecordPaymentInput,
  ShipOrderInput,
} from '../types/orderCommandInputs.js'
import { DEFAULT_PROJECTED_MS, PROJECTED, PROJECTED_TIMEOUT } from '../types/projected.js'

@Resolver(() => OrderCommandPayload)
export class OrderCommandsResolver {
  @Mutation(() => OrderCommandPayload, {
    description: 'Places an order. Prices and product names are taken from the catalogue, never from the caller.',
  })
  createOrder(
    @Arg('input', () => CreateOrderInput) input: CreateOrderInput,
    @Ctx() context: GatewayContext,
  ): Promise<OrderCommandPayload> {
    const { orderId, customerId, items, shippingAddress } = input
    const { line1, line2, city, region, postalCode, country } = shippingAddress
    return orderCommand(
      {
        type: 'CreateOrder',
        ...(typeof orderId === 'string' ? { orderId } : {}),
        customerId,
        items,
        shippingAddress: { line1, line2: line2 ?? null, city, region: region ?? null, postalCode, country },
      },
      input,
      context,
    )
  }

  @Mutation(() => OrderCommandPayload, { description: 'Adds a line to a pending order.' })
  addOrderItem(
    @Arg('input', () => AddOrderItemInput) input: AddOrderItemInput,
    @Ctx() context: GatewayContext,
  ): Promise<OrderCommandPayload> {
    return orderCommand({ type: 'AddOrderItem', orderId: input.orderId, item: input.item }, input, context)
  }

  @Mutation(() => OrderCommandPayload, { description: 'Records a payment that came in.' })
  recordPayment(
    @Arg('input', () => RecordPaymentInput) input: RecordPaymentInput,
    @Ctx() context: GatewayContext,
  ): Promise<OrderCommandPayload> {
    const { orderId, amount, reference } = input
    return orderCommand({ type: 'RecordPayment', orderId, amount, reference }, input, context)
  }

  @Mutation(() => OrderCommandPayload, { description: 'Accepts a pending order.' })
  confirmOrder(
    @Arg('input', () => ConfirmOrderInput) input: ConfirmOrderInput,
    @Ctx() context: GatewayContext,
  ): Promise<OrderCommandPayload> {
    return orderCommand({ type: 'ConfirmOrder', orderId: input.orderId }, input, context)
  }

  @Mutation(() => OrderCommandPayload, { description: 'Sends a confirmed order on its way.' })
  shipOrder(
    @Arg('input', () => ShipOrderInput) input: ShipOrderInput,
    @Ctx() context: GatewayContext,
  ): Promise<OrderCommandPayload> {
    const { orderId, trackingNumber } = input
    return orderCommand({ type: 'ShipOrder', orderId, trackingNumber }, input, context)
  }

  @Mutation(() => OrderCommandPayload, { description: 'States that a shipped order has arrived.' })
  deliverOrder(
    @Arg('input', () => DeliverOrderInput) input: DeliverOrderInput,
    @Ctx() context: GatewayContext,
  ): Promise<OrderCommandPayload> {
    return orderCommand({ type: 'DeliverOrder', orderId: input.orderId }, input, context)
  }

  @Mutation(() => OrderCommandPayload, { description: 'Calls an order off that has not been delivered.' })
  cancelOrder(
    @Arg('input', () => CancelOrderInput) input: CancelOrderInput,
    @Ctx() context: GatewayContext,
  ): Promise<OrderCommandPayload> {
    return orderCommand({ type: 'CancelOrder', orderId: input.orderId, reason: input.reason }, input, context)
  }

  @FieldResolver(() => Order, PROJECTED)
  async projected(
    @Root() { written }: OrderCommandPayload,
    @Arg('timeoutMs', () => Int, PROJECTED_TIMEOUT) timeoutMs: number | null | undefined,
    @Ctx() context: GatewayContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Order | null> {
    if (!written) return null
    const orderId = await awaitProjected(written, timeoutMs ?? DEFAULT_PROJECTED_MS, context, info)
    const document = await context.loaders.orders.load(orderId)
    return document ? orderOf(document) : null
  }
}

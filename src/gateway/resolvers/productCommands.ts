import type { GraphQLResolveInfo } from 'graphql'
import { Arg, Ctx, FieldResolver, Info, Int, Mutation, Resolver, Root } from 'type-graphql'
import type { ProductRequest } from '../../write/index.js'
import { awaitProjected } from '../awaitWrite.js'
import { type CommandInput, commandContextOf, payloadOf } from '../commands.js'
import type { GatewayContext } from '../context.js'
import { ProductCommandPayload } from '../types/commandPayloads.js'
import { Product, productOf } from '../types/product.js'
import { AddProductInput, ChangeProductPriceInput, UpdateInventoryInput } from '../types/productCommandInputs.js'
import { DEFAULT_PROJECTED_MS, PROJECTED, PROJECTED_TIMEOUT } from '../types/projected.js'

@Resolver(() => ProductCommandPayload)
export class ProductCommandsResolver {
  @Mutation(() => ProductCommandPayload, { description: 'Adds a product to the catalogue.' })
  addProduct(
    @Arg('input', () => AddProductInput) input: AddProductInput,
    @Ctx() context: GatewayContext,
  ): Promise<ProductCommandPayload> {
    const { sku, name, category, unitPrice, onHand } = input
    return productCommand(
      { type: 'AddProduct', sku, name, category: category ?? null, unitPrice, onHand: onHand ?? 0 },
      input,
      context,
    )
  }

  @Mutation(() => ProductCommandPayload, { description: "Changes a product's price for orders to come." })
  changeProductPrice(
    @Arg('input', () => ChangeProductPriceInput) input: ChangeProductPriceInput,
    @Ctx() context: GatewayContext,
  ): Promise<ProductCommandPayload> {
    return productCommand({ type: 'ChangeProductPrice', sku: input.sku, unitPrice: input.unitPrice }, input, context)
  }

  @Mutation(() => ProductCommandPayload, { description: "Sets or adjusts a product's stock." })
  updateInventory(
    @Arg('input', () => UpdateInventoryInput) input: UpdateInventoryInput,
    @Ctx() context: GatewayContext,
  ): Promise<ProductCommandPayload> {
    const { sku, setOnHand, adjustBy, reason } = input
    const request = {
      type: 'UpdateInventory',
      sku,
      ...(typeof setOnHand === 'number' ? { setOnHand } : {}),
      ...(typeof adjustBy === 'number' ? { adjustBy } : {}),
      reason,
    } as const
    return productCommand(request, input, context)
  }

  @FieldResolver(() => Product, PROJECTED)
  async projected(
    @Root() { written }: ProductCommandPayload,
    @Arg('timeoutMs', () => Int, PROJECTED_TIMEOUT) timeoutMs: number | null | undefined,
    @Ctx() context: GatewayContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Product | null> {
    if (!written) return null
    const sku = await awaitProjected(written, timeoutMs ?? DEFAULT_PROJECTED_MS, context, info)
    const document = await context.loaders.products.load(sku)
    return document ? productOf(document) : null
  }
}

async function productCommand(
  request: ProductRequest,
  input: CommandInput,
  context: GatewayContext,
): Promise<ProductCommandPayload> {
  return payloadOf(await context.handlers.product(request, commandContextOf(input, context)), context)
}

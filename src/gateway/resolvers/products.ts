import type { GraphQLResolveInfo } from 'graphql'
import { Arg, Ctx, ID, Info, Int, Query, Resolver } from 'type-graphql'
import { awaitToken } from '../awaitWrite.js'
import { ListPage, type PageArguments } from '../connections.js'
import type { GatewayContext } from '../context.js'
import { productsFor } from '../cursors.js'
import { wordsOf } from '../searchText.js'
import { AT_LEAST, WAIT_MS } from '../types/consistencyArguments.js'
import { Product, ProductConnection, productOf } from '../types/product.js'
import { ConsistencyToken } from '../types/scalars.js'

@Resolver()
export class ProductsResolver {
  @Query(() => Product, { nullable: true, description: 'One product by its sku; null when there is none.' })
  async product(
    @Arg('sku', () => ID) sku: string,
    @Arg('atLeast', () => ConsistencyToken, AT_LEAST) atLeast: string | null | undefined,
    @Arg('waitMs', () => Int, WAIT_MS) waitMs: number | null | undefined,
    @Ctx() context: GatewayContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Product | null> {
    await awaitToken({ atLeast, waitMs }, { kind: 'document' }, context, info)
    const document = await context.loaders.products.load(sku)
    return document ? productOf(document) : null
  }

  @Query(() => ProductConnection, { description: 'The catalogue, in the order of the skus.' })
  async products(
    @Arg('first', () => Int, { nullable: true, defaultValue: 20, description: 'At most so many, 1 to 100.' })
    first: number | null | undefined,
    @Arg('after', () => String, { nullable: true, description: 'Begin behind this cursor.' }) after:
      | string
      | null
      | undefined,
    @Arg('query', () => String, {
      nullable: true,
      description: 'Words of sku, name or category, typing errors forgiven, at most 200 characters.',
    })
    query: string | null | undefined,
    @Arg('atLeast', () => ConsistencyToken, AT_LEAST) atLeast: string | null | undefined,
    @Arg('waitMs', () => Int, WAIT_MS) waitMs: number | null | undefined,
    @Ctx() context: GatewayContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<ProductConnection> {
    const connection = productConnection(typeof query === 'string' ? wordsOf(query) : [], { first, after }, context)
    await awaitToken({ atLeast, waitMs }, { kind: 'lists' }, context, info)
    return connection
  }
}

function productConnection(words: readonly string[], args: PageArguments, context: GatewayContext): ProductConnection {
  const { queries } = context.readSide
  const list = new ListPage<Product>(
    {
      scope: productsFor(words),
      backward: false,
      page: async ({ limit, from }) => {
        const { items, hasMore } = await queries.listProducts(words, { limit, ...(from ? { from } : {}) })
        return { items: items.map(({ node, key }) => ({ node: productOf(node), key })), hasMore }
      },
    },
    args,
    context.cursors,
  )
  return {
    get edges() {
      return list.edges
    },
    get nodes() {
      return list.nodes
    },
    get pageInfo() {
      return list.pageInfo
    },
    get totalCount() {
      return queries.countProducts(words)
    },
  }
}

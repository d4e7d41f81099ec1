import type { GraphQLResolveInfo } from 'graphql'
import { Arg, Ctx, FieldResolver, ID, Info, Int, Query, Resolver, Root } from 'type-graphql'
import { awaitToken } from '../awaitWrite.js'
import type { GatewayContext } from '../context.js'
import { orderConnection } from '../orderLists.js'
import { AT_LEAST, WAIT_MS } from '../types/consistencyArguments.js'
import { Customer } from '../types/customer.js'
import { OrderConnection } from '../types/orderConnection.js'
import { ConsistencyToken } from '../types/scalars.js'

@Resolver(() => Customer)
export class CustomersResolver {
  @Query(() => Customer, { nullable: true, description: 'One customer by id; null when there is none.' })
  async customer(
    @Arg('id', () => ID) id: string,
    @Arg('atLeast', () => ConsistencyToken, AT_LEAST) atLeast: string | null | undefined,
    @Arg('waitMs', () => Int, WAIT_MS) waitMs: number | null | undefined,
    @Ctx() context: GatewayContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Customer | null> {
    await awaitToken({ atLeast, waitMs }, { kind: 'document' }, context, info)
    return (await context.loaders.customers.load(id)) ?? null
  }

  @FieldResolver(() => OrderConnection, { description: "The customer's orders, newest first." })
  orders(
    @Root() customer: Customer,
    @Arg('first', () => Int, { nullable: true, defaultValue: 20, description: 'At most so many, 1 to 100.' })
    first: number | null | undefined,
    @Arg('after', () => String, { nullable: true, description: 'Begin behind this cursor.' }) after:
      | string
      | null
      | undefined,
    @Ctx() context: GatewayContext,
  ): OrderConnection {
    return orderConnection({ customerId: customer.id }, 'CREATED_AT_DESC', { first, after }, context)
  }
}

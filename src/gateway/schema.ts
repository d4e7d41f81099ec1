import 'reflect-metadata'
import type { GraphQLObjectType, GraphQLSchema } from 'graphql'
import { buildSchemaSync, type PubSub } from 'type-graphql'
import { CustomerCommandsResolver } from './resolvers/customerCommands.js'
import { CustomersResolver } from './resolvers/customers.js'
import { LiveUpdatesResolver } from './resolvers/liveUpdates.js'
import { OrderCommandsResolver } from './resolvers/orderCommands.js'
import { OrderFieldsResolver } from './resolvers/orderFields.js'
import { OrderQueriesResolver } from './resolvers/orderQueries.js'
import { OrderSearchResolver } from './resolvers/orderSearch.js'
import { OrderStatisticsResolver } from './resolvers/orderStatistics.js'
import { ProductCommandsResolver } from './resolvers/productCommands.js'
import { ProductsResolver } from './resolvers/products.js'
import { ProjectionsResolver } from './resolvers/projections.js'
import { QuarantineResolver } from './resolvers/quarantine.js'

/** type-graphql asks for one as soon as there is a subscription; ours bring their own streams. */
const NO_PUB_SUB: PubSub = {
  publish: () => {
    throw new Error('Expected every subscription to have a subscribe function of its own, found one that publishes.')
  },
  subscribe: () => {
    throw new Error('Expected every subscription to have a subscribe function of its own, found one without.')
  },
}

/**
 * The whole API. Resolvers hold nothing: all they need is in the context of the operation, so one schema serves any number of servers.
 *
 * No class-validator: it costs more than the rest of the request, and values are checked where they are parsed.
 */
export function buildGatewaySchema(): GraphQLSchema {
  const schema = buildSchemaSync({
    resolvers: [
      OrderQueriesResolver,
      OrderSearchResolver,
      OrderStatisticsResolver,
      CustomersResolver,
      ProductsResolver,
      ProjectionsResolver,
      QuarantineResolver,
      OrderFieldsResolver,
      OrderCommandsResolver,
      CustomerCommandsResolver,
      ProductCommandsResolver,
      LiveUpdatesResolver,
    ],
    validate: false,
    pubSub: NO_PUB_SUB,
  })
  describe(
    schema.getQueryType(),
    'What can be asked: read models only, each no older than the token that comes with the question.',
  )
  describe(
    schema.getMutationType(),
    'What can be commanded. Each answers at once with a receipt, or with the rules that said no.',
  )
  describe(schema.getSubscriptionType(), 'What is pushed as it happens, over WebSocket (graphql-transport-ws).')
  return schema
}

/** type-graphql has no place for the description of a root type. */
function describe(type: GraphQLObjectType | null | undefined, description: string): void {
  if (type) type.description = description
}

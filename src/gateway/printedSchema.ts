import { lexicographicSortSchema, printSchema } from 'graphql'
import { buildGatewaySchema } from './schema.js'

/** The text of schema.graphql: sorted, so that a change of the code moves nothing but what it changes. */
export function printedSchema(): string {
  return `${printSchema(lexicographicSortSchema(buildGatewaySchema()))}\n`
}

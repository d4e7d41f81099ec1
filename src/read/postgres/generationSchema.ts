/**
 * Where the tables of the read models are found: a generation's own schema, as writers name it; or `read`, where a view stands for each table
 * of the generation that is current, as readers name it.
 */
export type ReadSchema = typeof CURRENT_SCHEMA | `read_${number}`

export const CURRENT_SCHEMA = 'read'

export function schemaOf(generation: number): ReadSchema {
  return `read_${generation}`
}

/** What belongs to a generation. Announcements and the status of projections go on from one to the next. */
export const GENERATION_TABLES = [
  'orders',
  'order_timelines',
  'customers',
  'products',
  'order_index',
  'product_index',
  'order_terms',
  'product_terms',
  'parked_streams',
] as const

import { ROLE } from './cluster.js'

/** The service's own database. */
export const DATABASE = 'order_gateway'

/** Password included: never log it. */
export function urlOf(port: number, password: string, database: string): string {
  return `postgresql://${ROLE}:${password}@127.0.0.1:${port}/${encodeURIComponent(database)}`
}

/** SQLSTATE classes: connection, transaction rollback, resources, intervention by an operator, system. */
const PASSING_CLASSES = new Set(['08', '40', '53', '57', '58'])
/** lock_not_available; read_only_sql_transaction, which a server answers that has just stopped being the primary. */
const PASSING_STATES = new Set(['55P03', '25006'])

/** Whether the same statement may succeed later as it is, after PostgreSQL refused it with this SQLSTATE. */
export function mayPass(sqlState: string): boolean {
  return PASSING_CLASSES.has(sqlState.slice(0, 2)) || PASSING_STATES.has(sqlState)
}

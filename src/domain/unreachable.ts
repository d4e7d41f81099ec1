/**
 * Ends every switch over a union: a member that was forgotten is a compile error here, because only `never` fits.
 *
 * Throws when it is reached all the same, which needs a value that the type checker never saw.
 */
export function unreachable(value: never): never {
  throw new Error(`Expected every case to be handled, found ${describe(value)}.`)
}

/** The type of a message alone: its data may be personal, and error texts end in logs. */
function describe(value: unknown): string {
  if (typeof value === 'object' && value !== null)
    return 'type' in value ? `the type "${String(value.type)}"` : 'an object without a type'
  return `"${String(value)}"`
}

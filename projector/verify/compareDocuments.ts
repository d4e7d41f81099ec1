import { isDeepStrictEqual } from 'node:util'
import type { Documents, ProjectionName } from '../../src/contract/documents.js'

type AnyDocument = Documents[ProjectionName]

/** One field in which a stored document is not what the log says. */
export interface FieldDifference {
  readonly field: string
  /** Both left out where the field may hold personal data or free text: then its name has to do. */
  readonly stored?: string
  readonly expected?: string
}

/** Whose values may be told: no name, no address, no free text, no list of such. */
const TOLD = new Set([
  ...['version', 'customerVersion', 'ordersVersion', 'customerId', 'status', 'forgotten', 'onHand'],
  ...['currency', 'totalMinor', 'paidMinor', 'unitPriceMinor', 'estimatedDelivery', 'registeredAt'],
  ...['createdAt', 'updatedAt', 'confirmedAt', 'shippedAt', 'deliveredAt', 'cancelledAt'],
])

/** Kept by the read side itself and no part of a fold: how far the customer's orders show the customer. */
const NOT_FOLDED = new Set(['ordersVersion'])

/** The fields in which a stored document differs from the fold of the log at the same version; none where it is equal. */
export function compareDocuments(stored: AnyDocument, expected: AnyDocument): readonly FieldDifference[] {
  const [left, right] = [new Map(Object.entries(stored)), new Map(Object.entries(expected))]
  const fields = [...new Set([...left.keys(), ...right.keys()])].sort().filter((field) => !NOT_FOLDED.has(field))
  return fields
    .filter((field) => !isDeepStrictEqual(left.get(field), right.get(field)))
    .map((field) =>
      TOLD.has(field) ? { field, stored: told(left.get(field)), expected: told(right.get(field)) } : { field },
    )
}

/** The field of a drifted document may hold anything. */
function told(value: unknown): string {
  if (value === undefined) return 'nothing'
  return value !== null && typeof value === 'object' ? 'something else' : String(value).slice(0, 60)
}

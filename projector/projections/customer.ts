import type { CustomerDocument } from '../../src/contract/documents.js'
import { unreachable } from '../../src/domain/unreachable.js'
import { type Projection, UnexpectedEvent } from './projection.js'

/** The customer. A contact that is null in an event means that the key is gone: the customer was, or will soon be, forgotten. */
export const customer: Projection<'customers'> = (document, event, facts) => {
  const at = event.metadata.occurredAt
  if (event.type === 'CustomerRegistered') {
    if (document) throw new UnexpectedEvent('customers', event, facts)
    const { contact } = event.data
    return {
      id: facts.id,
      version: facts.version,
      ordersVersion: 0,
      name: contact?.name ?? null,
      email: contact?.email ?? null,
      forgotten: false,
      registeredAt: at,
      updatedAt: at,
    }
  }
  if (!document) throw new UnexpectedEvent('customers', event, facts)
  switch (event.type) {
    case 'CustomerContactChanged': {
      const { contact } = event.data
      const name = contact === null ? null : (contact.name ?? document.name)
      const email = contact === null ? null : (contact.email ?? document.email)
      return { ...document, version: facts.version, name, email, updatedAt: at }
    }
    case 'CustomerForgotten':
      return forgotten(document, facts.version, at)
    default:
      return unreachable(event)
  }
}

/** The last state of every customer who asked for it, whatever came before. */
export function forgotten(
  document: Pick<CustomerDocument, 'id' | 'ordersVersion' | 'registeredAt'>,
  version: number,
  at: string,
): CustomerDocument {
  const { id, ordersVersion, registeredAt } = document
  return { id, version, ordersVersion, name: null, email: null, forgotten: true, registeredAt, updatedAt: at }
}

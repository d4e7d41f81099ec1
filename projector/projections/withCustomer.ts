import type { CustomerDocument, OrderDocument } from '../../src/contract/documents.js'

/** What an order's document takes from its customer's. */
export type CustomerSide = Pick<CustomerDocument, 'version' | 'name' | 'email' | 'forgotten'>

/**
 * The order showing this customer, or the same object where it shows this version or a newer one already.
 *
 * Forgotten is forgotten: the address goes too, whatever key the events were still read with.
 */
export function withCustomer(order: OrderDocument, customer: CustomerSide): OrderDocument {
  if (customer.version <= order.customerVersion) return order
  if (customer.forgotten) {
    return {
      ...order,
      customerVersion: customer.version,
      customerName: null,
      customerEmail: null,
      shippingAddress: null,
    }
  }
  return { ...order, customerVersion: customer.version, customerName: customer.name, customerEmail: customer.email }
}

/** The order with the customer that a stored one shows, where the log does not say any more what that is. */
export function keepingCustomer(order: OrderDocument, stored: OrderDocument): OrderDocument {
  const { customerVersion, customerName, customerEmail } = stored
  return { ...order, customerVersion, customerName, customerEmail }
}

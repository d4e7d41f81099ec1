/** One rule for the write side's answer and for the documents: the order's state and its read model never promise different days. */
export { estimatedDelivery } from '../domain/order/estimatedDelivery.js'

import { registerEnumType } from 'type-graphql'

export const OrderStatus = {
  PENDING: 'PENDING',
  CONFIRMED: 'CONFIRMED',
  SHIPPED: 'SHIPPED',
  DELIVERED: 'DELIVERED',
  CANCELLED: 'CANCELLED',
} as const
export type OrderStatus = keyof typeof OrderStatus

registerEnumType(OrderStatus, {
  name: 'OrderStatus',
  description:
    'Where an order stands. It goes one step at a time: PENDING, CONFIRMED, SHIPPED, DELIVERED; CANCELLED ends it from every state but DELIVERED.',
  valuesConfig: {
    PENDING: { description: 'Placed; items can still be added.' },
    CONFIRMED: { description: 'Accepted by the shop, not yet on its way.' },
    SHIPPED: { description: 'On its way; has a tracking number.' },
    DELIVERED: { description: 'Arrived. Final.' },
    CANCELLED: { description: 'Called off. Final.' },
  },
})

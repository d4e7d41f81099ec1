import { Field, ObjectType, registerEnumType } from 'type-graphql'
import type { RefusedCommand } from '../../write/index.js'

/** The last one is about the read side: no command is refused with it. */
type Code = RefusedCommand['code'] | 'STREAM_NOT_QUARANTINED'

/** Written out by hand, and checked by the compiler against what can be refused: no code more, no code less. */
export const UserErrorCode: { readonly [Each in Code]: Each } = {
  EMPTY_ORDER: 'EMPTY_ORDER',
  BELOW_MINIMUM_AMOUNT: 'BELOW_MINIMUM_AMOUNT',
  INVALID_QUANTITY: 'INVALID_QUANTITY',
  UNKNOWN_PRODUCT: 'UNKNOWN_PRODUCT',
  UNKNOWN_CUSTOMER: 'UNKNOWN_CUSTOMER',
  CUSTOMER_FORGOTTEN: 'CUSTOMER_FORGOTTEN',
  CURRENCY_MISMATCH: 'CURRENCY_MISMATCH',
  ORDER_NOT_FOUND: 'ORDER_NOT_FOUND',
  ORDER_ALREADY_EXISTS: 'ORDER_ALREADY_EXISTS',
  ORDER_NOT_PENDING: 'ORDER_NOT_PENDING',
  ORDER_NOT_CONFIRMED: 'ORDER_NOT_CONFIRMED',
  ORDER_NOT_SHIPPED: 'ORDER_NOT_SHIPPED',
  CANNOT_CANCEL_DELIVERED_ORDER: 'CANNOT_CANCEL_DELIVERED_ORDER',
  ALREADY_CANCELLED: 'ALREADY_CANCELLED',
  OVERPAYMENT: 'OVERPAYMENT',
  PRODUCT_ALREADY_EXISTS: 'PRODUCT_ALREADY_EXISTS',
  CUSTOMER_ALREADY_EXISTS: 'CUSTOMER_ALREADY_EXISTS',
  INSUFFICIENT_STOCK: 'INSUFFICIENT_STOCK',
  INVALID_INPUT: 'INVALID_INPUT',
  VERSION_CONFLICT: 'VERSION_CONFLICT',
  COMMAND_ID_REUSED: 'COMMAND_ID_REUSED',
  STREAM_NOT_QUARANTINED: 'STREAM_NOT_QUARANTINED',
}

registerEnumType(UserErrorCode, {
  name: 'UserErrorCode',
  description: 'Which rule said no.',
  valuesConfig: {
    EMPTY_ORDER: { description: 'An order has at least one item.' },
    BELOW_MINIMUM_AMOUNT: { description: "An order amounts to at least 10.00 in its currency's major units." },
    INVALID_QUANTITY: { description: 'A quantity is 1 to 1,000,000.' },
    UNKNOWN_PRODUCT: { description: 'The catalogue has no such product.' },
    UNKNOWN_CUSTOMER: { description: 'There is no such customer.' },
    CUSTOMER_FORGOTTEN: { description: "The customer's data was erased for good." },
    CURRENCY_MISMATCH: { description: 'All amounts of an order, and all prices of a product, are in one currency.' },
    ORDER_NOT_FOUND: { description: 'There is no such order.' },
    ORDER_ALREADY_EXISTS: { description: 'The order id is taken.' },
    ORDER_NOT_PENDING: { description: 'The order would have to be PENDING.' },
    ORDER_NOT_CONFIRMED: { description: 'The order would have to be CONFIRMED.' },
    ORDER_NOT_SHIPPED: { description: 'The order would have to be SHIPPED.' },
    CANNOT_CANCEL_DELIVERED_ORDER: { description: 'What has arrived cannot be called off.' },
    ALREADY_CANCELLED: { description: 'The order is cancelled.' },
    OVERPAYMENT: { description: 'All payments together may not exceed the total.' },
    PRODUCT_ALREADY_EXISTS: { description: 'The sku is taken.' },
    CUSTOMER_ALREADY_EXISTS: { description: 'The customer id is taken.' },
    INSUFFICIENT_STOCK: { description: 'The stock cannot go below zero.' },
    INVALID_INPUT: { description: 'A value is outside of what its field may hold.' },
    VERSION_CONFLICT: { description: 'Someone else changed it since expectedVersion; read again and decide again.' },
    COMMAND_ID_REUSED: { description: 'The same commandId was used for a different request.' },
    STREAM_NOT_QUARANTINED: { description: 'The stream is not in quarantine.' },
  },
})

@ObjectType({
  simpleResolvers: true,
  description: 'A rule said no. Data, not an exception: HTTP 200 and no entry in errors.',
})
export class UserError {
  @Field(() => UserErrorCode, { description: 'Which rule; decide by this, not by the message.' })
  readonly code!: Code

  @Field(() => String, { description: 'A sentence for people: what was expected, what was found.' })
  readonly message!: string

  @Field(() => [String], { nullable: true, description: 'Path into the input, e.g. ["items", "0", "quantity"].' })
  readonly field!: readonly string[] | null

  @Field(() => Boolean, { description: 'Whether the same request may succeed later as it is.' })
  readonly retryable!: boolean
}

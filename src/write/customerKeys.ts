/**
 * The wrapped data keys of customers: one each, made with CustomerRegistered and never by a later look-up, destroyed with CustomerForgotten.
 * The event store writes them (they commit with the event); everyone else only reads.
 */
export interface CustomerKeys {
  /** The wrapped key of each customer who has one. A forgotten customer, or one who never was, is absent. Throws LogUnavailable. */
  wrappedKeys(customerIds: readonly string[]): Promise<ReadonlyMap<string, string>>
}

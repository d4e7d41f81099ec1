/**
 * A stored event that no decision could have led to from the state before it: the log, or the order it was read in, is broken.
 *
 * Thrown by `evolve`, never by `decide`. It is a fault, not a refusal: no caller can put it right, and the stream must not be folded further.
 */
export class ImpossibleEvent extends Error {
  override readonly name = 'ImpossibleEvent'

  constructor(
    readonly eventType: string,
    readonly found: string,
    cause?: string,
  ) {
    super(
      `${eventType} cannot follow the state ${found}${cause ? ` (${cause})` : ''}: the stream is damaged or was read out of order.`,
    )
  }
}

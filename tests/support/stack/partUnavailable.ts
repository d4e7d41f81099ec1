/** A part of the stack cannot be had on this machine. The message says in one line what is missing and what to install. */
export class PartUnavailable extends Error {
  readonly code = 'PART_UNAVAILABLE'

  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'PartUnavailable'
  }
}

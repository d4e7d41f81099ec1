/** Every span that is made by hand, at the ports. HTTP, GraphQL and PostgreSQL have the standard instrumentations' names. */
export const SPANS = {
  /** A command from its request to its outcome; what the event remembers as its origin. */
  command: (type: string) => `command ${type}`,
  /** One event on its way into the log; several commands share a statement, each has its own wait. */
  append: 'append',
  /** Inside of a span that has more origins than links: the next 128 of them. Takes no time. */
  moreOrigins: 'more origins',
  /** A page of events from the log to Kafka. */
  publish: 'publish events',
  /** A slice of events from the bus to documents and announcements. */
  process: 'process events',
  /** Documents of a slice into the read store. */
  write: 'write documents',
  /** What a slice has made visible, told to gateways. */
  announce: 'announce',
  /** A query with a token, `projected` or `projectionCompleted` until it is answered. */
  wait: 'wait for projection',
} as const

/**
 * Every span that is made by hand, at the ports, and what it carries. HTTP, GraphQL and PostgreSQL have the standard instrumentations' names.
 * Attributes follow OpenTelemetry's semantic conventions where there are some. None holds personal data: ids of streams alone, of which a
 * customer's is not one.
 */
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

export const ATTRIBUTES = {
  commandType: 'order_gateway.command.type',
  outcome: 'order_gateway.outcome',
  streamCategory: 'order_gateway.stream.category',
  streamVersion: 'order_gateway.stream.version',
  documents: 'order_gateway.documents',
  announcements: 'order_gateway.announcements',
  dbSystem: 'db.system.name',
  dbOperation: 'db.operation.name',
  messagingSystem: 'messaging.system',
  messagingOperation: 'messaging.operation.name',
  messagingOperationType: 'messaging.operation.type',
  batchSize: 'messaging.batch.message_count',
} as const

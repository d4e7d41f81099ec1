/**
 * Every attribute of our metrics and spans, and nowhere else a name. They follow OpenTelemetry's semantic conventions where there are some. None is a
 * caller's to choose, and none holds personal data; those of metrics have few values.
 */
export const ATTRIBUTES = {
  /** A command's type, such as CreateOrder. */
  command: 'order_gateway.command',
  /**
   * Of a command: accepted, the code of a refusal, and in metrics duplicate, or UNAVAILABLE where the log did not answer. Of a wait: how it ended.
   */
  outcome: 'order_gateway.outcome',
  errorType: 'error.type',

  // Of metrics.
  projection: 'order_gateway.projection',
  /** document, searchable or pushed. */
  stage: 'order_gateway.stage',
  /** hit, miss or unavailable. */
  result: 'order_gateway.cache.result',
  /** A root field of the schema, or `several`, `introspection`, `none`. */
  field: 'order_gateway.field',
  operationType: 'graphql.operation.type',
  heapSpace: 'v8js.heap.space.name',
  cpuMode: 'cpu.mode',

  // Of spans.
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

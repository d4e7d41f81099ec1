import kafkajs from 'kafkajs'

/** By its default export: the library spreads its errors into its exports, where Node does not find their names when it loads the module. */
export const { KafkaJSError, KafkaJSSASLAuthenticationError } = kafkajs
const { KafkaJSAggregateError } = kafkajs

/** To a server that is no broker, or went away before it had said anything: all other failures of the library have a class. */
const NEVER_CONNECTED = 'Broker not connected'

/** Whether the library says by it that Kafka could not be reached or did not do something. */
export function isOfKafka(error: unknown): error is Error {
  if (error instanceof KafkaJSError || error instanceof KafkaJSAggregateError) return true
  return error instanceof Error && error.message === NEVER_CONNECTED
}

import kafkajs from 'kafkajs'

/** By its default export: the library spreads its errors into its exports, where Node does not find their names when it loads the module. */
export const { KafkaJSAggregateError, KafkaJSError, KafkaJSSASLAuthenticationError } = kafkajs

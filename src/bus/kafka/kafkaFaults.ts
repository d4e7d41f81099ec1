import { isOfKafka, KafkaJSSASLAuthenticationError } from '../../kafka/libraryErrors.js'
import { BusUnavailable, UnusableBus } from '../eventBus.js'

/** Made otherwise than configured. */
export class UnusableTopics extends UnusableBus {
  override readonly name: string = 'UnusableTopics'
}

/** The topics belong to another installation: two of them would hand their events to each other's projectors. */
export class ForeignInstallation extends UnusableTopics {
  override readonly name = 'ForeignInstallation'

  constructor(topic: string, own: string, found: string) {
    super(
      `Expected the topic ${topic} to belong to this installation (${own}), found that it belongs to another (${found}): set a KAFKA_PREFIX for each installation.`,
    )
  }
}

/** The log was restored from a backup after the topics were filled: they may hold events that it has lost, and would pass their successors over. */
export class EarlierHistory extends UnusableTopics {
  override readonly name = 'EarlierHistory'

  constructor(topics: readonly string[]) {
    super(
      `Expected topics that were filled from this log, found that the log was restored from a backup since, so that they may hold events that it does not have: stop every process, then set another KAFKA_PREFIX, or delete the topics ${topics.join(', ')}; they are filled anew from the log.`,
    )
  }
}

/** What the brokers, or the topic, are configured to take is less than the service may send. */
export class MessageTooLarge extends UnusableTopics {
  override readonly name = 'MessageTooLarge'

  /** largest: of the messages that were refused, in bytes. */
  constructor(topics: readonly string[], largest: number, options: ErrorOptions) {
    super(
      `Expected Kafka to take messages of up to ${largest} bytes for ${topics.join(', ')}, found that it refuses them as too large: set message.max.bytes of the brokers, or max.message.bytes of the topic, to ${Math.max(largest, KAFKA_DEFAULT_BYTES)} or more; it is tried again.`,
      options,
    )
  }
}

/** Of message.max.bytes; more than the service sends at once. */
const KAFKA_DEFAULT_BYTES = 1_048_588

/** Whether a broker refused a batch for its size. The library wraps its errors. */
export function isTooLarge(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return ('type' in error && error.type === 'MESSAGE_TOO_LARGE') || isTooLarge(error.cause)
}

/** Runs `work` and throws BusUnavailable where Kafka could not be reached or did not do it, saying what for. */
export async function orUnavailable<Result>(what: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    throw isOfKafka(error) ? unavailable(what, error) : error
  }
}

/** The library's messages name brokers, topics and groups, and never hold an event. */
export function unavailable(what: string, cause: unknown): BusUnavailable {
  const reason = cause instanceof Error ? cause.message : 'an unknown fault'
  const advice = isRefusedLogin(cause) ? '; check KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD' : ''
  return new BusUnavailable(`${what}: ${reason} (Kafka, KAFKA_BROKERS)${advice}.`, { cause })
}

function isRefusedLogin(error: unknown): boolean {
  if (error instanceof KafkaJSSASLAuthenticationError) return true
  return error instanceof Error && error.cause !== undefined && isRefusedLogin(error.cause)
}

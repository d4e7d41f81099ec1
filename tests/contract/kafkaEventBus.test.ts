import { KafkaLog, kafkaSettings } from '../support/kafkaLog.js'
import { describeOnStack } from '../support/stack/onStack.js'
import { describeEventBus } from './eventBus.conformance.js'

describeOnStack(['kafka'], 'on Kafka', (stack) => {
  let opened = 0
  describeEventBus('KafkaBus, filled by a relay,', async () => {
    opened += 1
    const log = await KafkaLog.open(kafkaSettings(stack.kafkaBrokers, `${stack.prefix}-${opened}.`))
    const bus = await log.openBus()
    await log.startRelay(bus)
    const writer = await log.openWriter()
    return { bus, append: (events) => writer.append(events), close: () => log.close() }
  })
})

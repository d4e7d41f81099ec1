import type { Logger } from 'pino'
import { installationTopic } from '../../contract/topics.js'
import { createKafka, type KafkaSettings } from '../../kafka/kafkaClient.js'
import { orUnavailable } from './kafkaFaults.js'

/** Whether somebody has made topics under this prefix; for those who look after them and must not make them by looking. Throws BusUnavailable. */
export async function topicsAreThere(settings: KafkaSettings, logger: Logger): Promise<boolean> {
  const admin = createKafka(settings, logger).admin()
  try {
    return await orUnavailable('The topics could not be listed', async () => {
      await admin.connect()
      return (await admin.listTopics()).includes(installationTopic(settings.prefix))
    })
  } finally {
    await admin.disconnect()
  }
}

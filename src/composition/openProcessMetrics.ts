import type { IMetricReader } from '@opentelemetry/sdk-metrics'
import type { Logger } from 'pino'
import type { Config } from '../config.js'
import { serviceIdentity } from '../serviceIdentity.js'
import { type Metrics, openMetrics } from '../telemetry/metrics.js'
import { openOtlpReader } from '../telemetry/otlpReader.js'

/** The metrics of this process, for whoever scrapes it, and for a collector where one is configured. */
export async function openProcessMetrics({ telemetry, role }: Config, logger: Logger): Promise<Metrics> {
  const readers: IMetricReader[] = []
  if (telemetry.otlp) {
    const onDown = (error: Error | undefined) =>
      logger.warn(
        { reason: error?.message },
        'OTEL_EXPORTER_OTLP_ENDPOINT: the collector does not take metrics; they are sent again, and this is not repeated',
      )
    const onUp = () => logger.info('The collector takes metrics again')
    readers.push(await openOtlpReader({ ...telemetry.otlp, onDown, onUp }))
  }
  const { serviceName, serviceVersion } = serviceIdentity(role)
  return openMetrics({ serviceName: telemetry.serviceName ?? serviceName, serviceVersion, readers })
}

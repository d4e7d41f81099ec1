import { hostname } from 'node:os'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { type IMetricReader, MeterProvider } from '@opentelemetry/sdk-metrics'
import { Instruments } from './instruments.js'
import { observeProcess } from './processMetrics.js'
import { PrometheusReader } from './prometheusReader.js'

const SCOPE = 'order-gateway'

/** The metrics of one process. */
export interface Metrics {
  readonly instruments: Instruments
  /** Everything as it is now, in Prometheus's text format. */
  text(): Promise<string>
  /** Waits for the last export, not long. */
  close(): Promise<void>
}

export interface MetricsOptions {
  readonly serviceName: string
  readonly serviceVersion: string
  /** Others that the metrics go to. */
  readonly readers?: readonly IMetricReader[]
}

const LAST_EXPORT_MS = 2_000

/** Always on: counting costs about a microsecond, and nothing is put together before somebody asks. */
export function openMetrics({ serviceName, serviceVersion, readers = [] }: MetricsOptions): Metrics {
  const prometheus = new PrometheusReader()
  const provider = new MeterProvider({
    resource: resourceFromAttributes({
      'service.name': serviceName,
      'service.version': serviceVersion,
      'service.instance.id': `${hostname()}/${process.pid}`,
    }),
    readers: [prometheus, ...readers],
  })
  const instruments = new Instruments(provider.getMeter(SCOPE, serviceVersion))
  const stopObserving = observeProcess(instruments)
  return {
    instruments,
    text: () => prometheus.text(),
    close: async () => {
      // A collector that is not there any more must not hold up the end of a process, nor make it fail.
      await provider.shutdown({ timeoutMillis: LAST_EXPORT_MS }).catch(() => undefined)
      stopObserving()
    },
  }
}

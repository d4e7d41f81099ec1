import { PrometheusSerializer } from '@opentelemetry/exporter-prometheus'
import { DataPointType, type MetricData, MetricReader } from '@opentelemetry/sdk-metrics'
import type { MetricKind } from './metricNames.js'
import { prometheusName } from './prometheusName.js'

/** Whoever scrapes gives up after ten seconds by default: what could not be looked at in this time is left out, the rest is told. */
const LOOK_TIMEOUT_MS = 3_000

/**
 * The metrics of a process as text for Prometheus. The exporter of OpenTelemetry would bring an HTTP server of its own, where a taken port goes
 * unnoticed, and leaves units out of the names.
 */
export class PrometheusReader extends MetricReader {
  readonly #serializer = new PrometheusSerializer(undefined, false, undefined, false, true)

  async text(): Promise<string> {
    const { resourceMetrics } = await this.collect({ timeoutMillis: LOOK_TIMEOUT_MS })
    return this.#serializer.serialize({
      ...resourceMetrics,
      scopeMetrics: resourceMetrics.scopeMetrics.map(({ scope, metrics }) => ({
        scope,
        metrics: metrics.map(renamed),
      })),
    })
  }

  /** Nothing is sent from here. */
  protected override onForceFlush(): Promise<void> {
    return Promise.resolve()
  }

  protected override onShutdown(): Promise<void> {
    return Promise.resolve()
  }
}

function renamed(metric: MetricData): MetricData {
  const { name, unit } = metric.descriptor
  return { ...metric, descriptor: { ...metric.descriptor, name: prometheusName({ kind: kindOf(metric), name, unit }) } }
}

function kindOf(metric: MetricData): MetricKind {
  if (metric.dataPointType === DataPointType.SUM) return metric.isMonotonic ? 'counter' : 'updowncounter'
  return metric.dataPointType === DataPointType.GAUGE ? 'gauge' : 'histogram'
}

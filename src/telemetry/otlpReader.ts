import { ExportResultCode } from '@opentelemetry/core'
import { type IMetricReader, PeriodicExportingMetricReader, type PushMetricExporter } from '@opentelemetry/sdk-metrics'

export type OtlpProtocol = 'grpc' | 'http/protobuf' | 'http/json'

export interface OtlpOptions {
  /** Of the collector, without a path. Headers and certificates are read from OpenTelemetry's own variables. */
  readonly endpoint: string
  readonly protocol: OtlpProtocol
  /** Between two exports. */
  readonly intervalMs: number
  /** Called once when the collector does not take what is sent, and not again before it has taken something. */
  readonly onDown: (error: Error | undefined) => void
  readonly onUp: () => void
}

/** Short enough that a collector which is gone does not hold up the end of a process. */
const EXPORT_TIMEOUT_MS = 3_000

/** Sends the metrics to a collector from time to time. What it does not take is not kept: the next export has the same numbers, and newer ones. */
export async function openOtlpReader(options: OtlpOptions): Promise<IMetricReader> {
  const exporter = await exporterFor(options)
  return new PeriodicExportingMetricReader({
    exporter: tellingFaults(exporter, options),
    exportIntervalMillis: options.intervalMs,
    exportTimeoutMillis: Math.min(options.intervalMs, EXPORT_TIMEOUT_MS),
  })
}

/** Loaded when it is asked for: each of them brings a stack of packages along. */
async function exporterFor({ endpoint, protocol }: OtlpOptions): Promise<PushMetricExporter> {
  const timeoutMillis = EXPORT_TIMEOUT_MS
  const url = `${endpoint.replace(/\/+$/, '')}/v1/metrics`
  switch (protocol) {
    case 'grpc': {
      const { OTLPMetricExporter } = await import('@opentelemetry/exporter-metrics-otlp-grpc')
      return new OTLPMetricExporter({ url: endpoint, timeoutMillis })
    }
    case 'http/json': {
      const { OTLPMetricExporter } = await import('@opentelemetry/exporter-metrics-otlp-http')
      return new OTLPMetricExporter({ url, timeoutMillis })
    }
    case 'http/protobuf': {
      const { OTLPMetricExporter } = await import('@opentelemetry/exporter-metrics-otlp-proto')
      return new OTLPMetricExporter({ url, timeoutMillis })
    }
  }
}

/** OpenTelemetry tells its faults to a logger of its own, each time anew, or to nobody. */
function tellingFaults(exporter: PushMetricExporter, { onDown, onUp }: OtlpOptions): PushMetricExporter {
  let isDown = false
  const telling: PushMetricExporter = {
    export: (metrics, onResult) =>
      exporter.export(metrics, (result) => {
        const failed = result.code !== ExportResultCode.SUCCESS
        if (failed && !isDown) onDown(result.error)
        if (!failed && isDown) onUp()
        isDown = failed
        onResult(result)
      }),
    forceFlush: () => exporter.forceFlush(),
    shutdown: () => exporter.shutdown(),
  }
  if (exporter.selectAggregation) telling.selectAggregation = exporter.selectAggregation.bind(exporter)
  if (exporter.selectAggregationTemporality) {
    telling.selectAggregationTemporality = exporter.selectAggregationTemporality.bind(exporter)
  }
  return telling
}

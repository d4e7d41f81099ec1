import type { MetricKind } from './metricNames.js'

const UNITS: Readonly<Record<string, string>> = { s: 'seconds', By: 'bytes', '1': 'ratio' }

/**
 * The name of a metric on /metrics, with its unit, by OpenTelemetry's rules for Prometheus: what a collector makes of the same metric when it comes
 * by OTLP, so that one dashboard fits both ways. What is counted (`{event}`) is no unit.
 */
export function prometheusName({ kind, name, unit }: { kind: MetricKind; name: string; unit: string }): string {
  const plain = name.replaceAll(/[^a-zA-Z0-9]+/g, '_')
  const suffix = UNITS[unit]
  const withUnit = suffix === undefined || plain.endsWith(`_${suffix}`) ? plain : `${plain}_${suffix}`
  return kind === 'counter' ? `${withUnit}_total` : withUnit
}

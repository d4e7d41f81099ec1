import type { Instruments } from '../../src/telemetry/instruments.js'
import { openMetrics } from '../../src/telemetry/metrics.js'
import { samplesOf, totalOf } from './exposition.js'

/** The metrics of a process that is none. */
export interface Measured extends AsyncDisposable {
  readonly instruments: Instruments
  /** As somebody who scrapes sees it; undefined where there is nothing of that name with these labels. */
  value(name: string, labels?: Readonly<Record<string, string>>): Promise<number | undefined>
}

export function measuredInTest(): Measured {
  const metrics = openMetrics({ serviceName: 'test', serviceVersion: '0.0.0' })
  return {
    instruments: metrics.instruments,
    value: async (name, labels) => totalOf(samplesOf(await metrics.text()), name, labels),
    [Symbol.asyncDispose]: () => metrics.close(),
  }
}

import {
  type Attributes,
  type BatchObservableCallback,
  type Counter,
  createNoopMeter,
  type Histogram,
  type Meter,
  type Observable,
  type UpDownCounter,
} from '@opentelemetry/api'
import type { MetricDescription } from './metricNames.js'

type Looked = MetricDescription<'gauge' | 'counter' | 'updowncounter'>
type Tell = (metric: Looked, value: number, attributes?: Attributes) => void

/** Makes the instruments of one process from their descriptions. Whoever measures is given this and nothing else of OpenTelemetry. */
export class Instruments {
  readonly #meter: Meter

  constructor(meter: Meter) {
    this.#meter = meter
  }

  counter(metric: MetricDescription<'counter'>): Counter {
    return fromZero(metric, this.#meter.createCounter(metric.name, optionsOf(metric)))
  }

  upDownCounter(metric: MetricDescription<'updowncounter'>): UpDownCounter {
    return fromZero(metric, this.#meter.createUpDownCounter(metric.name, optionsOf(metric)))
  }

  histogram(metric: MetricDescription<'histogram'>): Histogram {
    return this.#meter.createHistogram(metric.name, {
      ...optionsOf(metric),
      ...(metric.buckets && { advice: { explicitBucketBoundaries: [...metric.buckets] } }),
    })
  }

  /**
   * Metrics that are looked at whenever somebody asks, instead of counted. A look that takes too long, or rejects, is left out of that answer.
   * Returns what ends the looking.
   */
  observe(metrics: readonly Looked[], look: (tell: Tell) => void | Promise<void>): () => void {
    const instruments = new Map(metrics.map((metric): [Looked, Observable] => [metric, this.#observable(metric)]))
    const callback: BatchObservableCallback = async (result) => {
      await look((metric, value, attributes) => {
        const instrument = instruments.get(metric)
        if (instrument) result.observe(instrument, value, attributes)
      })
    }
    const observed = [...instruments.values()]
    this.#meter.addBatchObservableCallback(callback, observed)
    return () => this.#meter.removeBatchObservableCallback(callback, observed)
  }

  #observable(metric: Looked): Observable {
    const options = optionsOf(metric)
    if (metric.kind === 'gauge') return this.#meter.createObservableGauge(metric.name, options)
    if (metric.kind === 'counter') return this.#meter.createObservableCounter(metric.name, options)
    return this.#meter.createObservableUpDownCounter(metric.name, options)
  }
}

/** For a process, or a test, that nobody looks at. */
export const NO_INSTRUMENTS = new Instruments(createNoopMeter())

/** What has not happened yet is zero and not unknown, where it is one number. */
function fromZero<Instrument extends UpDownCounter>(
  { attributes }: MetricDescription,
  counter: Instrument,
): Instrument {
  if (attributes.length === 0) counter.add(0)
  return counter
}

function optionsOf({ unit, description }: MetricDescription): { unit: string; description: string } {
  return { unit, description }
}

/**
 * Loaded before the service, it puts something that does nothing in the place of what makes spans and of what keeps metrics, so that neither they nor
 * OpenTelemetry's SDK are loaded. What is left are the calls.
 */
import { registerHooks } from 'node:module'

const SPANS = `
export const traceFromNowOn = () => undefined
export const isTracing = () => false
export const inSpan = (name, description, work) => work(undefined)
export const currentTraceparent = () => undefined
export const currentSpan = () => undefined
`
const METRICS = `
const instrument = { add() {}, record() {} }
const instruments = {
  counter: () => instrument, upDownCounter: () => instrument, histogram: () => instrument, observe: () => () => undefined,
}
export const openMetrics = () => ({ instruments, text: async () => '', close: async () => undefined })
`
const replaced: Readonly<Record<string, string>> = {
  '/src/telemetry/spans.js': SPANS,
  '/src/telemetry/metrics.js': METRICS,
}

registerHooks({
  load: (url, context, next) => {
    const [, source] = Object.entries(replaced).find(([path]) => url.endsWith(path)) ?? []
    return source === undefined ? next(url, context) : { format: 'module', source, shortCircuit: true }
  },
})

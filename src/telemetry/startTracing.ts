import { createRequire } from 'node:module'
import { DiagLogLevel, diag, trace } from '@opentelemetry/api'
import { discreetTracers } from './discreetTracers.js'
import { traceFromNowOn } from './spans.js'

/** Spans that are waiting when a process ends; a collector that does not answer must not hold it up. */
const LAST_EXPORT_MS = 2_000

export interface Tracing {
  /** Sends what is waiting, not long. Never rejects. */
  stop(): Promise<void>
}

type Environment = Readonly<Record<string, string | undefined>>

/** OpenTelemetry's own variables: an endpoint turns tracing on. */
export function asksForTraces(env: Environment): boolean {
  const hasEndpoint =
    (env.OTEL_EXPORTER_OTLP_ENDPOINT ?? '') !== '' || (env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? '') !== ''
  return hasEndpoint && env.OTEL_SDK_DISABLED !== 'true' && env.OTEL_TRACES_EXPORTER !== 'none'
}

/**
 * Starts OpenTelemetry where the environment asks for it, before anything that it instruments is loaded; undefined, with nothing loaded, where
 * it does not. onFault: told once that spans can't be exported; they are dropped then, a bounded number waits.
 */
export async function startTracing(
  env: Environment,
  options: { readonly serviceName: string; readonly serviceVersion: string; readonly onFault: (text: string) => void },
): Promise<Tracing | undefined> {
  if (!asksForTraces(env)) return undefined
  const { NodeSDK } = await import('@opentelemetry/sdk-node')
  const { HttpInstrumentation } = await import('@opentelemetry/instrumentation-http')
  const { GraphQLInstrumentation } = await import('@opentelemetry/instrumentation-graphql')
  const { PgInstrumentation } = await import('@opentelemetry/instrumentation-pg')
  const { resourceFromAttributes } = await import('@opentelemetry/resources')
  tellOnce(options.onFault)
  const instrumentations = [
    new HttpInstrumentation({
      // Probes every few seconds, and a browser's page.
      ignoreIncomingRequestHook: ({ method, url = '' }) => method !== 'POST' || !url.startsWith('/graphql'),
      // Elasticsearch's requests: the read store's spans tell what they are for.
      disableOutgoingRequestInstrumentation: true,
    }),
    // A span for each field would be more than the work.
    new GraphQLInstrumentation({ allowValues: false, ignoreResolveSpans: true }),
    // Outside of a trace nobody asked; taking a connection from the pool is no work, and a wait for one shows in the span around it.
    new PgInstrumentation({ requireParentSpan: true, enhancedDatabaseReporting: false, ignoreConnectSpans: true }),
  ]
  const sdk = new NodeSDK({
    resource: resourceFromAttributes({
      'service.name': env.OTEL_SERVICE_NAME ?? options.serviceName,
      'service.version': options.serviceVersion,
    }),
    // Metrics and logs go other ways.
    metricReaders: [],
    logRecordProcessors: [],
    instrumentations,
  })
  sdk.start()
  const tracers = discreetTracers(trace.getTracerProvider())
  for (const each of instrumentations) each.setTracerProvider(tracers)
  // Instrumentations see what is required; what is imported afterwards is the same, already instrumented, object.
  const require = createRequire(import.meta.url)
  for (const name of ['node:http', 'graphql', 'pg']) require(name)
  traceFromNowOn()
  return {
    stop: async () => {
      const deadline = new Promise<void>((resolve) => setTimeout(resolve, LAST_EXPORT_MS).unref())
      await Promise.race([sdk.shutdown().catch(() => undefined), deadline])
    },
  }
}

/** The library speaks of each batch that it could not send, also of metrics: those have their own way to say so. */
function tellOnce(onFault: (text: string) => void): void {
  let told = false
  const tell = (message: string): void => {
    const reason = reasonIn(message)
    if (told || reason.includes('MetricReader')) return
    told = true
    onFault(reason)
  }
  const nothing = (): void => undefined
  diag.setLogger({ error: tell, warn: nothing, info: nothing, debug: nothing, verbose: nothing }, DiagLogLevel.ERROR)
}

/** Errors come as JSON, with their stacks. */
function reasonIn(message: string): string {
  try {
    const { message: reason } = JSON.parse(message) as { readonly message?: string }
    return reason ?? message
  } catch {
    return message
  }
}

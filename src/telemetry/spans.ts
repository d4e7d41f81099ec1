import {
  type Attributes,
  context,
  type Link,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api'
import { SPANS } from './spanNames.js'

const TRACER = 'order-gateway'
/** OpenTelemetry cuts off what is beyond, and so do some that it is sent to. */
const MAX_LINKS = 128
const TRACEPARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})/

export interface SpanDescription {
  readonly kind?: keyof typeof SpanKind
  readonly attributes?: Attributes
  /** Traceparents of what this span works on, from other traces. A link and no parent: a batch has many origins, and may come hours later. */
  readonly links?: readonly string[]
  /** Begins a trace of its own, whatever is going on around it. */
  readonly root?: boolean
}

let ours: Tracer | undefined

/** Called once, when a tracer is there. Until then no span is made, which costs nothing. */
export function traceFromNowOn(): void {
  ours = trace.getTracer(TRACER)
}

/** Whether anybody would see a span: what has to be put together for one need not be where nobody does. */
export function isTracing(): boolean {
  return ours !== undefined
}

/** Runs `work` inside a span, which ends with it; what it throws marks the span by its name alone, since messages may quote data. */
export async function inSpan<Result>(
  name: string,
  { kind = 'INTERNAL', attributes = {}, links = [], root = false }: SpanDescription,
  work: (span: Span | undefined) => Promise<Result>,
): Promise<Result> {
  const tracer = ours
  if (!tracer) return work(undefined)
  const parent = root ? ROOT_CONTEXT : context.active()
  const [origins = [], ...moreOrigins] = pagesOf(linksTo(links))
  const options = { kind: SpanKind[kind], attributes, links: origins }
  return tracer.startActiveSpan(name, options, parent, async (span) => {
    for (const page of moreOrigins) tracer.startSpan(SPANS.moreOrigins, { links: page }).end()
    try {
      return await work(span)
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR })
      span.setAttribute('error.type', error instanceof Error ? error.name : 'unknown')
      throw error
    } finally {
      span.end()
    }
  })
}

/** W3C traceparent of the span that runs here; undefined where none does. */
export function currentTraceparent(): string | undefined {
  const span = ours ? trace.getActiveSpan()?.spanContext() : undefined
  if (!span) return undefined
  return `00-${span.traceId}-${span.spanId}-${span.traceFlags.toString(16).padStart(2, '0')}`
}

/** Trace and span of what runs here, for the log; undefined where none does. */
export function currentSpan(): SpanContext | undefined {
  return ours ? trace.getActiveSpan()?.spanContext() : undefined
}

function linksTo(traceparents: readonly string[]): Link[] {
  return [...new Set(traceparents)].flatMap((text) => {
    const [, traceId, spanId, flags] = TRACEPARENT.exec(text) ?? []
    if (traceId === undefined || spanId === undefined || flags === undefined) return []
    return [{ context: { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true } }]
  })
}

function pagesOf(links: readonly Link[]): Link[][] {
  const pages = Math.ceil(links.length / MAX_LINKS)
  return Array.from({ length: pages }, (_, page) => links.slice(page * MAX_LINKS, (page + 1) * MAX_LINKS))
}

import {
  type Attributes,
  type AttributeValue,
  type Context,
  type Exception,
  type Link,
  type Span,
  type SpanContext,
  type SpanOptions,
  type SpanStatus,
  SpanStatusCode,
  type TimeInput,
  type Tracer,
  type TracerProvider,
} from '@opentelemetry/api'

/**
 * All that spans of the standard instrumentations may hold. What is not named here is left out, also what a later release of them adds: texts of
 * operations, addresses and headers are what callers wrote.
 */
const TOLD: ReadonlySet<string> = new Set([
  'http.request.method',
  'http.response.status_code',
  'network.protocol.version',
  'url.scheme',
  'graphql.operation.type',
  'db.system.name',
  'db.namespace',
  // Ours, with their values apart, as parameters.
  'db.query.text',
  'error.type',
])

/** In front of the name that its client gave to an operation. */
const OPERATION_TYPES = ['query ', 'mutation ', 'subscription ']

/**
 * For instrumentations that are not ours. Their spans tell what was done, how long it took and the kind of what failed; not what callers wrote, which
 * may be a name or an address wherever it stands, nor messages of errors, which quote it.
 */
export function discreetTracers(provider: TracerProvider): TracerProvider {
  return { getTracer: (...scope) => discreetTracer(provider.getTracer(...scope)) }
}

function discreetTracer(tracer: Tracer): Tracer {
  const startSpan = (name: string, { attributes = {}, ...options }: SpanOptions = {}, context?: Context): Span =>
    new DiscreetSpan(
      tracer.startSpan(nameToTell(name), { ...options, attributes: attributesToTell(attributes) }, context),
    )
  // The instrumentations make their spans active by themselves.
  const startActiveSpan = (): never => {
    throw new Error('Expected startSpan, found startActiveSpan.')
  }
  return { startSpan, startActiveSpan }
}

class DiscreetSpan implements Span {
  readonly #span: Span

  constructor(span: Span) {
    this.#span = span
  }

  spanContext(): SpanContext {
    return this.#span.spanContext()
  }

  isRecording(): boolean {
    return this.#span.isRecording()
  }

  setAttribute(key: string, value: AttributeValue): this {
    if (TOLD.has(key)) this.#span.setAttribute(key, value)
    return this
  }

  setAttributes(attributes: Attributes): this {
    this.#span.setAttributes(attributesToTell(attributes))
    return this
  }

  addEvent(): this {
    return this
  }

  addLink(link: Link): this {
    return this.addLinks([link])
  }

  addLinks(links: Link[]): this {
    this.#span.addLinks(links.map(({ context }) => ({ context })))
    return this
  }

  setStatus({ code }: SpanStatus): this {
    this.#span.setStatus({ code })
    return this
  }

  updateName(name: string): this {
    this.#span.updateName(nameToTell(name))
    return this
  }

  recordException(exception: Exception): void {
    const name = typeof exception === 'string' ? undefined : exception.name
    this.#span.setAttribute('error.type', name ?? 'unknown')
    this.#span.setStatus({ code: SpanStatusCode.ERROR })
  }

  end(endTime?: TimeInput): void {
    this.#span.end(endTime)
  }
}

/** Of every span, thus without entries and lists of them, nor a regular expression in the next: those cost as much as the rest of a span. */
function attributesToTell(attributes: Attributes): Attributes {
  const told: Attributes = {}
  for (const key in attributes) if (TOLD.has(key)) told[key] = attributes[key]
  return told
}

function nameToTell(name: string): string {
  return OPERATION_TYPES.find((type) => name.startsWith(type))?.trimEnd() ?? name
}

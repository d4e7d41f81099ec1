import { GraphQLError, GraphQLScalarType, Kind, type ValueNode } from 'graphql'
import { GraphQLDateTimeISO } from 'graphql-scalars'

/** How one scalar is read; written it is a text already. */
interface TextScalar {
  readonly name: string
  readonly description: string
  readonly specifiedByURL?: string
  /** What a text has to look like, as the end of "expects ...". */
  readonly form: string
  /** The value of a text, undefined for one of another form. */
  readonly parse: (text: string) => string | undefined
}

/**
 * A scalar whose values are texts inside and outside. Literals and variables take the same way, so both refuse with BAD_USER_INPUT.
 * What goes out is ours and already in its form: it is not checked again on every field.
 */
function textScalar({ form, parse, ...config }: TextScalar): GraphQLScalarType<string, string> {
  const read = (text: string, node?: ValueNode): string => {
    const value = parse(text)
    if (value === undefined) throw wrongForm(`${config.name} expects ${form}, found ${quoted(text)}.`, node)
    return value
  }
  return new GraphQLScalarType({
    ...config,
    serialize: (value) => value as string,
    parseValue: (value) => {
      if (typeof value !== 'string') throw wrongForm(`${config.name} expects a string, found ${typeof value}.`)
      return read(value)
    },
    parseLiteral: (node: ValueNode) => {
      if (node.kind !== Kind.STRING) throw wrongForm(`${config.name} expects a string in quotes.`, node)
      return read(node.value, node)
    },
  })
}

function wrongForm(message: string, node?: ValueNode): GraphQLError {
  return new GraphQLError(message, { nodes: node ?? null, extensions: { code: 'BAD_USER_INPUT' } })
}

/** Long input is cut in messages: an error must not be a mirror for anything of any size. */
function quoted(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text)
}

export const DateTime = textScalar({
  name: 'DateTime',
  description:
    'An instant, RFC 3339 in UTC with milliseconds, e.g. "2026-03-01T09:30:00.000Z". Another offset is taken in and read as UTC.',
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc3339#section-5.6',
  form: 'RFC 3339 of the years 1 to 9999 in UTC, such as "2026-03-01T09:30:00.000Z"',
  parse: (text) => {
    try {
      const instant = GraphQLDateTimeISO.parseValue(text).toISOString()
      // Beyond them (year 0, or an offset that leads out of the range) it is written in a form that no store of ours reads.
      return /^(?!0000)\d{4}-/.test(instant) ? instant : undefined
    } catch {
      return undefined
    }
  },
})

const DECIMAL = /^-?[0-9]+(?:\.[0-9]+)?$/

export const Decimal = textScalar({
  name: 'Decimal',
  description:
    'An exact decimal number as a string, -?[0-9]+([.][0-9]+)?, e.g. "19.90"; never a float. Anything else ("1e3", " 1", "+5", ".5") is a GraphQL error, BAD_USER_INPUT. ' +
    'Money comes out with exactly its currency\'s decimals: "19.90" USD, "1500" JPY, "1.500" KWD.',
  form: 'digits with an optional sign and fraction such as "19.90"',
  parse: (text) => (DECIMAL.test(text) ? text : undefined),
})

export const ConsistencyToken = textScalar({
  name: 'ConsistencyToken',
  description:
    'Opaque, signed proof of a write: which stream, which version. Every command returns one; every query takes one. ' +
    'A query given a token answers with data at least that new, or fails with CONSISTENCY_TIMEOUT. It never answers with older data.',
  form: 'the text that a command returned',
  parse: (text) => text,
})

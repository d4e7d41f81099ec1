import { type DocumentNode, GraphQLError, type GraphQLSchema, parse, validate } from 'graphql'
import { LRUCache } from 'lru-cache'
import type { ErrorCode } from './errors.js'

/** Characters of operation texts that are kept parsed. */
const MAX_CACHED_CHARACTERS = 4_000_000

/** An operation text that cannot be executed, with all that is wrong with it. */
export class InvalidDocument extends Error {
  override readonly name = 'InvalidDocument'
  constructor(readonly errors: readonly GraphQLError[]) {
    super('The document cannot be executed.')
  }
}

/** Parsed and validated documents by their text, for sockets: on HTTP Apollo Server keeps its own. */
export class ValidatedDocuments {
  readonly #schema: GraphQLSchema
  readonly #maxTokens: number
  readonly #documents = new LRUCache<string, DocumentNode>({
    maxSize: MAX_CACHED_CHARACTERS,
    sizeCalculation: (_document, text) => text.length + 1,
  })

  constructor(schema: GraphQLSchema, maxTokens: number) {
    this.#schema = schema
    this.#maxTokens = maxTokens
  }

  /** Throws InvalidDocument. */
  get(text: string): DocumentNode {
    const known = this.#documents.get(text)
    if (known) return known
    const document = this.#parse(text)
    const faults = validate(this.#schema, document)
    if (faults.length > 0)
      throw new InvalidDocument(faults.map((fault) => withCode(fault, 'GRAPHQL_VALIDATION_FAILED')))
    this.#documents.set(text, document)
    return document
  }

  #parse(text: string): DocumentNode {
    try {
      return parse(text, { maxTokens: this.#maxTokens })
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error
      throw new InvalidDocument([withCode(error, 'GRAPHQL_PARSE_FAILED')])
    }
  }
}

/** The code that Apollo Server gives on HTTP; a code that is already there stays. */
function withCode(error: GraphQLError, code: ErrorCode): GraphQLError {
  return new GraphQLError(error.message, {
    nodes: error.nodes ?? null,
    source: error.source ?? null,
    positions: error.positions ?? null,
    originalError: error,
    extensions: { code, ...error.extensions },
  })
}

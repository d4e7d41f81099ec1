import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from 'graphql'
import { type CallerError, refusedRequest } from './errors.js'
import type { OperationLimits } from './limits.js'
import { shapeOf } from './operationShape.js'
import { objectsAskedFor } from './pageSizes.js'

/**
 * What every operation passes before it is executed, whichever transport it came by. The number of tokens is the parser's to count; it
 * bounds what validation costs as well.
 */
export class OperationGate {
  readonly #schema: GraphQLSchema
  readonly #limits: OperationLimits
  // Documents are cached: what cannot change from one request to the next is looked at once.
  readonly #shapesPassed = new WeakSet<DocumentNode>()
  readonly #sizesPassed = new WeakSet<OperationDefinitionNode>()

  constructor(schema: GraphQLSchema, limits: OperationLimits) {
    this.#schema = schema
    this.#limits = limits
  }

  /** document: validated. variables: as they came in. Throws QUERY_TOO_COMPLEX, BAD_USER_INPUT. */
  check(
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: Readonly<Record<string, unknown>>,
  ): void {
    if (!this.#shapesPassed.has(document)) this.#checkShape(document)
    if (!this.#sizesPassed.has(operation)) this.#checkSize(document, operation, variables)
  }

  #checkShape(document: DocumentNode): void {
    const { depth, aliases } = shapeOf(document)
    if (depth > this.#limits.depth)
      throw tooComplex(`fields inside of fields at most ${this.#limits.depth} deep`, depth)
    if (aliases > this.#limits.aliases) {
      throw tooComplex(`at most ${this.#limits.aliases} aliases in one operation`, aliases)
    }
    this.#shapesPassed.add(document)
  }

  #checkSize(
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: Readonly<Record<string, unknown>>,
  ): void {
    const { objects, variable } = objectsAskedFor(this.#schema, document, operation, variables)
    if (objects > this.#limits.objects) {
      throw tooComplex(`page sizes to multiply to at most ${this.#limits.objects} objects`, objects)
    }
    if (!variable) this.#sizesPassed.add(operation)
  }
}

function tooComplex(expected: string, found: number): CallerError {
  return refusedRequest(
    'QUERY_TOO_COMPLEX',
    `Expected ${expected}, found ${Number.isSafeInteger(found) ? found : 'far more'}.`,
  )
}

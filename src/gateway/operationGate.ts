import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from 'graphql'
import { type CallerError, refusedRequest } from './errors.js'
import type { OperationLimits } from './limits.js'
import { shapeOf } from './operationShape.js'
import { objectsAskedFor } from './pageSizes.js'

/**
 * What every operation passes before it is executed, whichever transport it came by. The number of tokens is the parser's to count.
 */
export class OperationGate {
  readonly #schema: GraphQLSchema
  readonly #limits: OperationLimits
  readonly #passed = new WeakSet<OperationDefinitionNode>()

  constructor(schema: GraphQLSchema, limits: OperationLimits) {
    this.#schema = schema
    this.#limits = limits
  }

  /** Before validation, whose cost grows with the square of the fields. Throws QUERY_TOO_COMPLEX. */
  checkShape(document: DocumentNode): void {
    const { depth, aliases } = shapeOf(document)
    if (depth > this.#limits.depth)
      throw tooComplex(`fields inside of fields at most ${this.#limits.depth} deep`, depth)
    if (aliases > this.#limits.aliases)
      throw tooComplex(`at most ${this.#limits.aliases} aliases in one operation`, aliases)
  }

  /** After validation, with the variables as they came in. Throws QUERY_TOO_COMPLEX, BAD_USER_INPUT. */
  checkSize(
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: Readonly<Record<string, unknown>>,
  ): void {
    // Documents are cached: one whose sizes hang on no variable, and that has passed once, will pass again.
    if (this.#passed.has(operation)) return
    const { objects, variable } = objectsAskedFor(this.#schema, document, operation, variables)
    if (objects > this.#limits.objects) {
      throw tooComplex(`page sizes to multiply to at most ${this.#limits.objects} objects`, objects)
    }
    if (!variable) this.#passed.add(operation)
  }
}

function tooComplex(expected: string, found: number): CallerError {
  return refusedRequest(
    'QUERY_TOO_COMPLEX',
    `Expected ${expected}, found ${Number.isSafeInteger(found) ? found : 'far more'}.`,
  )
}

import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql'

/** How deep an operation goes and how many aliases it has, everything in it counted as if fragments were written out. */
export interface OperationShape {
  readonly depth: number
  readonly aliases: number
}

/**
 * The largest shape among the document's operations.
 *
 * Each fragment is measured once, so that fragments which use each other twofold, a hundred deep, cost no more than they are long. The
 * document has been validated: no fragment contains itself.
 */
export function shapeOf(document: DocumentNode): OperationShape {
  const fragments = new Map<string, FragmentDefinitionNode>()
  const operations: OperationDefinitionNode[] = []
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition)
    if (definition.kind === Kind.OPERATION_DEFINITION) operations.push(definition)
  }
  const measured = new Map<string, OperationShape>()

  const ofFragment = (name: string): OperationShape => {
    const known = measured.get(name)
    if (known) return known
    const shape = ofSelections(fragments.get(name)?.selectionSet)
    measured.set(name, shape)
    return shape
  }
  const ofSelections = (set: SelectionSetNode | undefined): OperationShape => {
    let depth = 0
    let aliases = 0
    for (const selection of set?.selections ?? []) {
      const shape = ofSelection(selection)
      depth = Math.max(depth, shape.depth)
      aliases += shape.aliases
    }
    return { depth, aliases }
  }
  const ofSelection = (selection: SelectionNode): OperationShape => {
    switch (selection.kind) {
      case Kind.FIELD:
        return ofField(selection)
      case Kind.INLINE_FRAGMENT:
        return ofSelections(selection.selectionSet)
      case Kind.FRAGMENT_SPREAD:
        return ofFragment(selection.name.value)
    }
  }
  const ofField = (field: FieldNode): OperationShape => {
    const inner = ofSelections(field.selectionSet)
    const aliases = inner.aliases + (field.alias ? 1 : 0)
    return { depth: isIntrospection(field) ? 1 : inner.depth + 1, aliases }
  }

  const shapes = operations.map((operation) => ofSelections(operation.selectionSet))
  return {
    depth: Math.max(0, ...shapes.map(({ depth }) => depth)),
    aliases: Math.max(0, ...shapes.map(({ aliases }) => aliases)),
  }
}

function isIntrospection(field: FieldNode): boolean {
  return field.name.value === '__schema' || field.name.value === '__type'
}

import {
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql'

/** Documents are cached, so that most operations are looked at once. */
const known = new WeakMap<OperationDefinitionNode, string>()

/**
 * The field of the schema that a validated operation asks for, whatever its client calls it: one of few, so that it may name a metric. `several`
 * where it asks for more than one, `introspection` for questions about the schema.
 */
export function rootFieldOf(document: DocumentNode, operation: OperationDefinitionNode | undefined): string {
  if (!operation) return 'none'
  const remembered = known.get(operation)
  if (remembered !== undefined) return remembered
  const fields = [...rootFields(document, operation.selectionSet)].filter((name) => name !== '__typename')
  const [first = 'introspection'] = fields
  const name = fields.length > 1 ? 'several' : first.startsWith('__') ? 'introspection' : first
  known.set(operation, name)
  return name
}

/** Each fragment is looked into once, so that fragments which use each other twofold, a hundred deep, cost no more than they are long. */
function rootFields(document: DocumentNode, selectionSet: SelectionSetNode): ReadonlySet<string> {
  const unseen = new Map<string, FragmentDefinitionNode>()
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) unseen.set(definition.name.value, definition)
  }
  const names = new Set<string>()
  const collect = ({ selections }: SelectionSetNode): void => {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) names.add(selection.name.value)
      else if (selection.kind === Kind.INLINE_FRAGMENT) collect(selection.selectionSet)
      else {
        const fragment = unseen.get(selection.name.value)
        unseen.delete(selection.name.value)
        if (fragment) collect(fragment.selectionSet)
      }
    }
  }
  collect(selectionSet)
  return names
}

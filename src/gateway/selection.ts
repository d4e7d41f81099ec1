import {
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLIncludeDirective,
  type GraphQLResolveInfo,
  GraphQLSkipDirective,
  getDirectiveValues,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql'

/**
 * The names of all fields selected below the resolver's own field, at any depth, fragments and @skip/@include taken into account.
 *
 * Names alone tell what an operation reads, because no two types of this schema give one name to reads of different kinds.
 */
export function selectedFieldNames(info: GraphQLResolveInfo): ReadonlySet<string> {
  const names = new Set<string>()
  const seenFragments = new Set<FragmentDefinitionNode>()
  const visitAll = (set: SelectionSetNode | undefined): void => {
    for (const selection of set?.selections ?? []) if (isIncluded(selection, info)) visit(selection)
  }
  const visit = (selection: SelectionNode): void => {
    switch (selection.kind) {
      case Kind.FIELD:
        names.add(selection.name.value)
        return visitAll(selection.selectionSet)
      case Kind.INLINE_FRAGMENT:
        return visitAll(selection.selectionSet)
      case Kind.FRAGMENT_SPREAD: {
        const fragment = info.fragments[selection.name.value]
        if (!fragment || seenFragments.has(fragment)) return
        seenFragments.add(fragment)
        return visitAll(fragment.selectionSet)
      }
    }
  }
  for (const node of info.fieldNodes as readonly FieldNode[]) visitAll(node.selectionSet)
  return names
}

function isIncluded(selection: SelectionNode, info: GraphQLResolveInfo): boolean {
  if (!selection.directives?.length) return true
  const skip = getDirectiveValues(GraphQLSkipDirective, selection, info.variableValues)
  const include = getDirectiveValues(GraphQLIncludeDirective, selection, info.variableValues)
  return skip?.if !== true && include?.if !== false
}

import {
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
  const visit = (set: SelectionSetNode | undefined): void => {
    for (const selection of set?.selections ?? []) {
      if (!isIncluded(selection, info)) continue
      if (selection.kind === Kind.FIELD) names.add(selection.name.value)
      if (selection.kind === Kind.FRAGMENT_SPREAD) visitFragment(selection.name.value)
      else visit(selection.selectionSet)
    }
  }
  const visitFragment = (name: string): void => {
    const fragment = info.fragments[name]
    if (!fragment || seenFragments.has(fragment)) return
    seenFragments.add(fragment)
    visit(fragment.selectionSet)
  }
  for (const node of info.fieldNodes) visit(node.selectionSet)
  return names
}

function isIncluded(selection: SelectionNode, info: GraphQLResolveInfo): boolean {
  if (!selection.directives?.length) return true
  const skip = getDirectiveValues(GraphQLSkipDirective, selection, info.variableValues)
  const include = getDirectiveValues(GraphQLIncludeDirective, selection, info.variableValues)
  return skip?.if !== true && include?.if !== false
}

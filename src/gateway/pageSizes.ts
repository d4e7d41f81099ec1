import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isInterfaceType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql'
import { DEFAULT_PAGE_SIZE } from './connections.js'
import { refusedRequest } from './errors.js'

type Variables = Readonly<Record<string, unknown>>

/** Numeric arguments that are the same wherever they stand. */
const BOUNDS: Readonly<Record<string, { readonly from: number; readonly to: number }>> = {
  first: { from: 1, to: 100 },
  last: { from: 1, to: 100 },
  waitMs: { from: 0, to: 10_000 },
  timeoutMs: { from: 0, to: 10_000 },
}
/** A subscription holds no request open, so it may wait longer. */
const SUBSCRIPTION_TIMEOUT = { from: 0, to: 60_000 }

export interface AskedFor {
  readonly objects: number
  /** Whether other variables may give another answer. */
  readonly variable: boolean
}

/**
 * How many objects one operation asks for at most: page sizes multiplied along each path, the largest of all paths. Only first and last
 * multiply; an argument that is left out counts its default.
 *
 * Page sizes and waits outside of their bounds are refused on the way (BAD_USER_INPUT): before anything is executed, so that no command
 * is done whose answer then fails. The document has been validated. Each fragment is measured once.
 */
export function objectsAskedFor(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Variables,
): AskedFor {
  const fragments = new Map<string, FragmentDefinitionNode>()
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition)
  }
  const defaults = new Map(
    (operation.variableDefinitions ?? []).map(({ variable, defaultValue }) => [
      variable.name.value,
      defaultValue?.kind === Kind.INT ? Number(defaultValue.value) : undefined,
    ]),
  )
  const measured = new Map<string, number>()
  let variable = false

  const ofFragment = (name: string): number => {
    const known = measured.get(name)
    if (known !== undefined) return known
    const fragment = fragments.get(name)
    const objects = fragment
      ? ofSelections(fragment.selectionSet, schema.getType(fragment.typeCondition.name.value))
      : 1
    measured.set(name, objects)
    return objects
  }
  const ofSelections = (set: SelectionSetNode | undefined, parent: GraphQLNamedType | undefined): number => {
    let objects = 1
    for (const selection of set?.selections ?? []) {
      switch (selection.kind) {
        case Kind.FIELD:
          objects = Math.max(objects, ofField(selection, parent))
          break
        case Kind.INLINE_FRAGMENT: {
          const type = selection.typeCondition ? schema.getType(selection.typeCondition.name.value) : parent
          objects = Math.max(objects, ofSelections(selection.selectionSet, type))
          break
        }
        case Kind.FRAGMENT_SPREAD:
          objects = Math.max(objects, ofFragment(selection.name.value))
          break
      }
    }
    return objects
  }
  const ofField = (node: FieldNode, parent: GraphQLNamedType | undefined): number => {
    const field = isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[node.name.value] : undefined
    if (!field) return 1
    const size = field.args.length === 0 ? 1 : pageSizeOf(node, field)
    return size * ofSelections(node.selectionSet, getNamedType(field.type))
  }
  const pageSizeOf = (node: FieldNode, field: GraphQLField<unknown, unknown>): number => {
    const given = new Map<string, number>()
    for (const { name } of field.args) {
      const bounds =
        name === 'timeoutMs' && operation.operation === 'subscription' ? SUBSCRIPTION_TIMEOUT : BOUNDS[name]
      const value = bounds && integerGiven(node, name)
      if (bounds === undefined || value === undefined) continue
      if (value < bounds.from || value > bounds.to) {
        throw refusedRequest(
          'BAD_USER_INPUT',
          `Expected ${node.name.value}(${name}) to be ${bounds.from} to ${bounds.to}, found ${value}.`,
        )
      }
      given.set(name, value)
    }
    const { first, last } = Object.fromEntries(given)
    if (first !== undefined && last !== undefined) {
      throw refusedRequest('BAD_USER_INPUT', `Expected ${node.name.value} to have first or last, found both.`)
    }
    const paged = field.args.find(({ name }) => name === 'first')
    if (!paged) return 1
    return first ?? last ?? (typeof paged.defaultValue === 'number' ? paged.defaultValue : DEFAULT_PAGE_SIZE)
  }
  /** Values that are no integers are left to the coercion of arguments, which refuses them. */
  const integerGiven = (node: FieldNode, name: string): number | undefined => {
    const value = node.arguments?.find((argument) => argument.name.value === name)?.value
    if (value?.kind === Kind.INT) return Number(value.value)
    if (value?.kind !== Kind.VARIABLE) return undefined
    variable = true
    const variableName = value.name.value
    // Own fields alone: a variable may be called toString.
    const bound = Object.hasOwn(variables, variableName) ? variables[variableName] : defaults.get(variableName)
    return typeof bound === 'number' && Number.isInteger(bound) ? bound : undefined
  }

  const objects = ofSelections(operation.selectionSet, schema.getRootType(operation.operation) ?? undefined)
  return { objects, variable }
}

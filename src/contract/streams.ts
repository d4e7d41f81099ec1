/** What kind of aggregate a stream belongs to: the first word of its id. */
export type StreamCategory = 'order' | 'customer' | 'product'

export const STREAM_CATEGORIES: readonly StreamCategory[] = ['order', 'customer', 'product']

/** Stream id of an aggregate: `order-<id>`. Equal ids of an order and a product therefore never meet. */
export function streamIdOf(category: StreamCategory, id: string): string {
  return `${category}-${id}`
}

/** The two parts of a stream id. Throws on a text that names no category of ours: that is a fault of the program, not of a caller. */
export function parseStreamId(streamId: string): { readonly category: StreamCategory; readonly id: string } {
  const category = STREAM_CATEGORIES.find((each) => streamId.startsWith(`${each}-`))
  if (!category) throw new Error(`Expected a stream id like "order-<id>", found "${streamId}".`)
  return { category, id: streamId.slice(category.length + 1) }
}

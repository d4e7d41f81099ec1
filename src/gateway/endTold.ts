/** The same stream, which tells once that it has ended: by itself, by a fault, or because nobody wants more. */
export function endTold<Item>(stream: AsyncGenerator<Item, void>, onEnd: () => void): AsyncGenerator<Item, void> {
  let hasEnded = false
  const end = (): void => {
    if (hasEnded) return
    hasEnded = true
    onEnd()
  }
  const told = async (step: Promise<IteratorResult<Item, void>>): Promise<IteratorResult<Item, void>> => {
    try {
      const result = await step
      if (result.done) end()
      return result
    } catch (error) {
      end()
      throw error
    }
  }
  const same: AsyncGenerator<Item, void> = {
    next: () => told(stream.next()),
    return: async (value) => {
      try {
        return await stream.return(value)
      } finally {
        end()
      }
    },
    throw: (error) => told(stream.throw(error)),
    [Symbol.asyncIterator]: () => same,
    [Symbol.asyncDispose]: async () => {
      await same.return()
    },
  }
  return same
}

import { describe, expect, it } from 'vitest'
import { StoreUnavailable } from '../../../src/read/documentStore.js'
import { RememberedSearchability } from '../../../src/read/rememberedSearchability.js'

function searchabilityOf(makeSearchable: () => Promise<void> = () => Promise.resolve()) {
  let asked = 0
  const searchability = new RememberedSearchability({
    makeSearchable: () => {
      asked += 1
      return makeSearchable()
    },
  })
  return { searchability, asked: () => asked }
}

describe('what was made searchable', () => {
  it('is not made so again: neither this version nor an older one of the stream', async () => {
    const { searchability, asked } = searchabilityOf()
    await searchability.reached({ streamId: 'order-1', version: 3 })
    await searchability.reached({ streamId: 'order-1', version: 3 })
    await searchability.reached({ streamId: 'order-1', version: 2 })
    expect(asked()).toBe(1)
  })

  it('says nothing of later versions and other streams', async () => {
    const { searchability, asked } = searchabilityOf()
    await searchability.reached({ streamId: 'order-1', version: 3 })
    await searchability.reached({ streamId: 'order-1', version: 4 })
    await searchability.reached({ streamId: 'order-2', version: 1 })
    expect(asked()).toBe(3)
  })

  it('keeps the highest version, whichever call ends last', async () => {
    const calls: PromiseWithResolvers<void>[] = []
    const { searchability, asked } = searchabilityOf(() => {
      const call = Promise.withResolvers<void>()
      calls.push(call)
      return call.promise
    })
    const older = searchability.reached({ streamId: 'order-1', version: 3 })
    const newer = searchability.reached({ streamId: 'order-1', version: 4 })
    calls[1]?.resolve()
    await newer
    calls[0]?.resolve()
    await older
    await searchability.reached({ streamId: 'order-1', version: 4 })
    expect(asked()).toBe(2)
  })

  it('was not, where it failed', async () => {
    let fails = true
    const { searchability, asked } = searchabilityOf(() =>
      fails ? Promise.reject(new StoreUnavailable('a shard failed')) : Promise.resolve(),
    )
    await expect(searchability.reached({ streamId: 'order-1', version: 3 })).rejects.toThrow(StoreUnavailable)
    fails = false
    await searchability.reached({ streamId: 'order-1', version: 3 })
    expect(asked()).toBe(2)
  })
})

import { afterEach, describe, expect, it, vi } from 'vitest'
import { type FollowedGenerations, followGenerations } from '../../../projector/generations/followGenerations.js'
import type { ProjectionResult } from '../../../src/contract/projectionResult.js'
import { CacheUnavailable, type DocumentCache, SUSPENDED } from '../../../src/read/cache/documentCache.js'
import { InProcessDocumentCache } from '../../../src/read/cache/inProcessDocumentCache.js'
import { type GenerationStore, type Generations, UnknownGeneration } from '../../../src/read/generations.js'
import { eventually } from '../../support/eventually.js'
import { MemoryDocumentStore } from '../../support/memory/memoryDocumentStore.js'
import { MemoryEventBus } from '../../support/memory/memoryEventBus.js'
import { MemoryGenerationRegistry } from '../../support/memory/memoryGenerationRegistry.js'
import { MemoryParkedStreams } from '../../support/memory/memoryParkedStreams.js'
import { projectorInMemory } from '../../support/projectorHarness.js'
import { itemAdded, orderCreated } from '../../support/sampleEvents.js'

const running: FollowedGenerations[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map((followed) => followed.stop()))
})

function shop(generationsThere: readonly number[], cache: DocumentCache = new InProcessDocumentCache()) {
  const { log, parts, published } = projectorInMemory()
  const bus = new MemoryEventBus(log)
  const registry = new MemoryGenerationRegistry()
  const documents = new Map(generationsThere.map((number) => [number, new MemoryDocumentStore()]))
  const open = (number: number): Promise<GenerationStore> => {
    const store = documents.get(number)
    if (!store) return Promise.reject(new UnknownGeneration(`none of number ${number}`))
    const inventory = { ids: () => Promise.reject(new Error('nobody asks here')) as never }
    return Promise.resolve({
      documents: store,
      inventory,
      parked: new MemoryParkedStreams(),
      group: `projector-${number}`,
    })
  }
  const generations: Pick<Generations, 'open' | 'current'> = {
    open,
    current: () => Promise.resolve(generationsThere[0] ?? 1),
  }
  const follow = () => {
    const followed = followGenerations({
      ...parts,
      cache,
      bus,
      checkpoints: bus.checkpoints,
      observer: log,
      scan: log,
      status: { report: () => Promise.resolve() },
      registry,
      generations: generations as Generations,
    })
    running.push(followed)
    return followed
  }
  const version = (generation: number) => documents.get(generation)?.all('orders').get('1')?.version
  return { log, bus, registry, published, follow, version }
}

function versionsIn(published: readonly ProjectionResult[]): readonly number[] {
  return published.flatMap((result) => (result.kind === 'applied' ? result.version : []))
}

describe('following generations', () => {
  it('keeps every generation up to date and announces the live one alone', async () => {
    const { log, registry, published, follow, version } = shop([1, 2])
    await registry.change([{ generation: await registry.add(), from: 'filling', to: 'following' }])
    log.append('order-1', orderCreated('nobody'))
    follow()
    await eventually(() => version(1) === 1 && version(2) === 1 && published.length > 0)
    expect(versionsIn(published)).toEqual([1])
  })

  it('leaves a generation that is being switched, and takes up what the registry says then', async () => {
    const { log, registry, published, follow, version } = shop([1, 2])
    await registry.change([{ generation: await registry.add(), from: 'filling', to: 'following' }])
    log.append('order-1', orderCreated('nobody'))
    const followed = follow()
    await eventually(() => version(1) === 1 && version(2) === 1 && published.length > 0)
    const toldBefore = published.length
    await registry.alone(async () => {
      await registry.change([
        { generation: 1, from: 'live', to: 'leaving' },
        { generation: 2, from: 'following', to: 'arriving' },
      ])
      await eventually(() => followed.all.length === 0)
      log.append('order-1', itemAdded())
      const kept = { generation: 1, from: 'leaving', to: 'kept' } as const
      expect(await registry.change([kept, { generation: 2, from: 'arriving', to: 'live' }])).toBe(true)
    })
    expect(published).toHaveLength(toldBefore)
    await eventually(() => version(1) === 2 && version(2) === 2 && published.length > 1)
    expect(versionsIn(published)).toEqual([1, 2])
  })

  it('leaves a generation with the cache suspended, and resumes it for the one that readers see then', async () => {
    const cache = new InProcessDocumentCache()
    const { log, registry, published, follow } = shop([1, 2], cache)
    await registry.change([{ generation: await registry.add(), from: 'filling', to: 'following' }])
    const isShown = async () => (await cache.get('orders', ['1'])).documents.has('1')
    log.append('order-1', orderCreated('nobody'))
    const followed = follow()
    await eventually(() => published.length > 0)
    expect(await isShown()).toBe(true)
    await registry.alone(async () => {
      await registry.change([
        { generation: 1, from: 'live', to: 'leaving' },
        { generation: 2, from: 'following', to: 'arriving' },
      ])
      await eventually(() => followed.all.length === 0)
      expect((await cache.now()).period).toBe(SUSPENDED)
      const kept = { generation: 1, from: 'leaving', to: 'kept' } as const
      await registry.change([kept, { generation: 2, from: 'arriving', to: 'live' }])
    })
    await eventually(async () => (await cache.now()).period !== SUSPENDED)
    expect(await isShown()).toBe(false)
  })

  it('looks more often in a switch, since nothing becomes visible meanwhile', async () => {
    const { registry, follow } = shop([1, 2])
    await registry.change([{ generation: await registry.add(), from: 'filling', to: 'following' }])
    const looks = vi.spyOn(registry, 'list')
    follow()
    const msForLooks = async () => {
      const [before, beganAt] = [looks.mock.calls.length, performance.now()]
      await eventually(() => looks.mock.calls.length >= before + 5)
      return performance.now() - beganAt
    }
    const usual = await msForLooks()
    await registry.alone(async () => {
      await registry.change([{ generation: 2, from: 'following', to: 'arriving' }])
      const left = looks.mock.calls.length
      await eventually(() => looks.mock.calls.length > left)
      expect(await msForLooks()).toBeLessThan(usual / 2)
    })
  })

  it('leaves a generation although the cache does not answer', async () => {
    const cache = new InProcessDocumentCache()
    let asked = 0
    cache.suspend = () => {
      asked += 1
      return Promise.reject(new CacheUnavailable('gone'))
    }
    const { log, registry, published, follow } = shop([1], cache)
    log.append('order-1', orderCreated('nobody'))
    const followed = follow()
    await eventually(() => published.length > 0)
    await registry.alone(async () => {
      await registry.change([{ generation: 1, from: 'live', to: 'leaving' }])
      await eventually(() => followed.all.length === 0)
      expect(asked).toBe(2)
    })
  })

  it('applies nothing once the registry says another thing than when it began', async () => {
    const { log, bus, registry, published, follow, version } = shop([1])
    const subscribe = bus.subscribe.bind(bus)
    // The switch happens between the look at the registry and the first events that the group hands out.
    bus.subscribe = async (group) => {
      await registry.change([{ generation: 1, from: 'live', to: 'leaving' }])
      log.append('order-1', orderCreated('nobody'))
      return subscribe(group)
    }
    const followed = follow()
    await eventually(() => followed.all.length === 1)
    await eventually(() => followed.all.length === 0)
    expect(version(1)).toBeUndefined()
    expect(published).toEqual([])
  })

  it('begins anew where a projector has left for a switch that was taken back before the next look', async () => {
    const { log, bus, registry, follow, version } = shop([1])
    const subscribe = bus.subscribe.bind(bus)
    let joined = 0
    bus.subscribe = async (group) => {
      joined += 1
      if (joined > 1) return subscribe(group)
      await registry.change([{ generation: 1, from: 'live', to: 'leaving' }])
      log.append('order-1', orderCreated('nobody'))
      const consumer = await subscribe(group)
      const close = consumer.close.bind(consumer)
      consumer.close = async () => {
        await registry.change([{ generation: 1, from: 'leaving', to: 'live' }])
        await close()
      }
      return consumer
    }
    follow()
    await eventually(() => version(1) === 1)
    expect(joined).toBe(2)
  })

  it('takes back a switch whose process died before readers saw the new generation', async () => {
    const { log, registry, published, follow, version } = shop([1, 2])
    await registry.change([{ generation: await registry.add(), from: 'filling', to: 'following' }])
    await registry.change([
      { generation: 1, from: 'live', to: 'leaving' },
      { generation: 2, from: 'following', to: 'arriving' },
    ])
    log.append('order-1', orderCreated('nobody'))
    follow()
    await eventually(() => version(1) === 1 && version(2) === 1 && published.length > 0)
    expect((await registry.list()).map(({ state }) => state)).toEqual(['live', 'following'])
  })

  it('begins again with the generation of a store that was made anew', async () => {
    const { log, registry, follow, version } = shop([1])
    await registry.beginWith(7)
    log.append('order-1', orderCreated('nobody'))
    follow()
    await eventually(() => version(1) === 1)
    expect(await registry.list()).toMatchObject([{ number: 1, state: 'live' }])
  })
})

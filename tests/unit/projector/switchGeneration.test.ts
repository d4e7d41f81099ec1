import { describe, expect, it } from 'vitest'
import { SwitchFailed, settleSwitch, switchGeneration } from '../../../projector/rebuild/switchGeneration.js'
import type { ConsumerGroups } from '../../../src/bus/consumerGroups.js'
import type { Generations } from '../../../src/read/generations.js'
import { MemoryGenerationRegistry } from '../../support/memory/memoryGenerationRegistry.js'

const never = new AbortController().signal

/** Every step that the switch takes, with the states as they are then. */
async function world(replaced: Partial<ConsumerGroups> & Partial<Pick<Generations, 'makeCurrent'>> = {}) {
  const registry = new MemoryGenerationRegistry()
  await registry.change([{ generation: await registry.add(), from: 'filling', to: 'following' }])
  const steps: string[] = []
  let current = 1
  const states = async () => (await registry.list()).map(({ state }) => state).join('/')
  const step = async (what: string) => {
    steps.push(`${what} (${await states()})`)
  }
  const groups: ConsumerGroups = {
    isEmpty: async (group) => {
      await step(`${group} empty`)
      return true
    },
    hasReached: async (group, model) => {
      await step(`${group} at ${model}`)
      return true
    },
    moveTo: (group, model) => step(`${group} to ${model}`),
    forget: () => Promise.resolve(),
    ...replaced,
  }
  const generations = {
    current: () => Promise.resolve(current),
    open: (number: number) =>
      Promise.resolve({ group: `group ${number}`, documents: { makeSearchable: () => step(`${number} searchable`) } }),
    makeCurrent: async (number: number) => {
      await replaced.makeCurrent?.(number)
      await step(`readers see ${number}`)
      current = number
    },
  } as unknown as Generations
  const cache = {
    suspend: (generation: number) => step(`cache without ${generation}`),
    resume: (generation: number) => step(`cache with ${generation}`),
  }
  const parts = { registry, generations, groups, cache }
  const go = () => switchGeneration(parts, { from: 1, to: 2, patienceMs: 50, signal: never })
  return { parts, steps, states, go, see: (number: number) => (current = number) }
}

describe('the switch of generations', () => {
  it('lets nobody work on either generation while readers change over', async () => {
    const { steps, states, go } = await world()
    await go()
    expect(steps).toEqual([
      'cache without 1 (leaving/following)',
      'group 1 empty (leaving/following)',
      'group 2 at group 1 (leaving/following)',
      'group 2 empty (leaving/arriving)',
      'group 2 to group 1 (leaving/arriving)',
      '2 searchable (leaving/arriving)',
      'readers see 2 (leaving/arriving)',
      'cache with 2 (kept/live)',
    ])
    expect(await states()).toBe('kept/live')
  })

  it('takes everything back where projectors do not leave', async () => {
    const { states, go } = await world({ isEmpty: () => Promise.resolve(false) })
    await expect(go()).rejects.toThrow(SwitchFailed)
    expect(await states()).toBe('live/following')
  })

  it('takes everything back where a store fails on the way', async () => {
    const { states, go } = await world({ moveTo: () => Promise.reject(new Error('gone')) })
    await expect(go()).rejects.toThrow('gone')
    expect(await states()).toBe('live/following')
  })

  it('goes on where readers see the new one although the answer to that was lost', async () => {
    const { states, go, see } = await world({
      makeCurrent: () => {
        see(2)
        return Promise.reject(new Error('connection lost'))
      },
    })
    await go()
    expect(await states()).toBe('kept/live')
  })

  it.each([
    { seen: 1, left: 'live/following' },
    { seen: 2, left: 'kept/live' },
  ])('is settled after it died, by what readers see: generation $seen', async ({ seen, left }) => {
    const { parts, states, see } = await world()
    await parts.registry.change([
      { generation: 1, from: 'live', to: 'leaving' },
      { generation: 2, from: 'following', to: 'arriving' },
    ])
    see(seen)
    await settleSwitch(parts)
    expect(await states()).toBe(left)
    await settleSwitch(parts)
    expect(await states()).toBe(left)
  })

  it('refuses a generation that nobody keeps up to date', async () => {
    const { parts, go } = await world()
    await parts.registry.change([{ generation: 2, from: 'following', to: 'filling' }])
    await expect(go()).rejects.toThrow('found it filling')
  })
})

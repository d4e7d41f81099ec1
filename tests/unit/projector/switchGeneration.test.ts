import { describe, expect, it } from 'vitest'
import {
  SwitchFailed,
  SwitchUnsettled,
  settleSwitch,
  switchGeneration,
} from '../../../projector/rebuild/switchGeneration.js'
import type { ConsumerGroups } from '../../../src/bus/consumerGroups.js'
import { type GenerationState, GenerationsBusy, type StillAlone } from '../../../src/read/generationRegistry.js'
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
  const go = (stillAlone: StillAlone = () => Promise.resolve()) =>
    switchGeneration(parts, { from: 1, to: 2, patienceMs: 50, stillAlone, signal: never })
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

  it('is given up where the lock was lost and somebody has taken the switch back meanwhile', async () => {
    const { parts, states, steps, go } = await world({
      isEmpty: async () => {
        // A projector, as soon as it finds the lock free.
        await settleSwitch(parts)
        return true
      },
    })
    await expect(go()).rejects.toThrow(SwitchFailed)
    expect(steps).not.toContainEqual(expect.stringContaining('readers see'))
    expect(await states()).toBe('live/following')
  })

  it('is given up where the lock was lost and is with somebody else', async () => {
    const { states, steps, go } = await world()
    let asked = 0
    const stillAlone = () => {
      asked += 1
      return asked === 1 ? Promise.resolve() : Promise.reject(new GenerationsBusy())
    }
    await expect(go(stillAlone)).rejects.toThrow(GenerationsBusy)
    expect(steps).not.toContainEqual(expect.stringContaining('readers see'))
    expect(await states()).toBe('live/following')
  })

  it.each(['live/arriving', 'live/following', 'leaving/following'])(
    'is settled by what readers see, left as %s',
    async (left) => {
      const { parts, states, see } = await world()
      const [one, two] = left.split('/') as [GenerationState, GenerationState]
      await parts.registry.change([{ generation: 2, from: 'following', to: two }])
      await parts.registry.change([{ generation: 1, from: 'live', to: one }])
      see(2)
      await settleSwitch(parts)
      expect(await states()).toBe('kept/live')
    },
  )

  it('says so where readers see the new one and that cannot be taken down', async () => {
    const { parts, go } = await world()
    const { makeCurrent } = parts.generations
    parts.generations.makeCurrent = async (number) => {
      await makeCurrent(number)
      parts.registry.list = () => Promise.reject(new Error('no connection'))
    }
    await expect(go()).rejects.toThrow(SwitchUnsettled)
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

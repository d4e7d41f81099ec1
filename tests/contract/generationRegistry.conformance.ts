import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type GenerationRegistry, GenerationsBusy } from '../../src/read/generationRegistry.js'

export interface OpenedRegistries {
  readonly registry: GenerationRegistry
  /** The same registry as another process sees it. */
  readonly far: GenerationRegistry
  close(): Promise<void>
}

/** What every registry of generations does. open: a new one. */
export function describeGenerationRegistry(name: string, open: () => Promise<OpenedRegistries>): void {
  describe(`${name} as the registry of generations`, () => {
    let opened: OpenedRegistries
    let registry: GenerationRegistry

    beforeAll(async () => {
      opened = await open()
      registry = opened.registry
    })
    afterAll(() => opened.close())

    const states = async () => (await opened.far.list()).map(({ number, state }) => `${number} ${state}`)

    it('begins with the first generation live', async () => {
      expect(await states()).toEqual(['1 live'])
    })

    it('changes several states at once, or none', async () => {
      expect(await registry.add()).toBe(2)
      expect(await registry.change([{ generation: 2, from: 'filling', to: 'following' }])).toBe(true)
      const both = [
        { generation: 1, from: 'live', to: 'leaving' },
        { generation: 2, from: 'filling', to: 'arriving' },
      ] as const
      expect(await registry.change(both)).toBe(false)
      expect(await states()).toEqual(['1 live', '2 following'])
      expect(await registry.change([both[0], { ...both[1], from: 'following' }])).toBe(true)
      expect(await states()).toEqual(['1 leaving', '2 arriving'])
    })

    it('remembers how far a fill came', async () => {
      const number = await registry.add()
      expect((await registry.list()).at(-1)?.fill).toBeUndefined()
      await registry.saveFill(number, { streamId: 'order-7', events: 70 })
      expect((await opened.far.list()).at(-1)).toMatchObject({ number, fill: { streamId: 'order-7', events: 70 } })
    })

    it('gives the number of a generation that is gone to no other', async () => {
      const number = await registry.add()
      await registry.remove(number)
      expect(await registry.add()).toBe(number + 1)
    })

    it('lets one work alone, and says so to everybody else', async () => {
      await registry.alone(async () => {
        await expect(opened.far.alone(() => Promise.resolve())).rejects.toThrow(GenerationsBusy)
      })
      expect(await opened.far.alone(() => Promise.resolve('free again'))).toBe('free again')
    })

    it('begins again with the one generation of a store that was made anew', async () => {
      await registry.beginWith(1)
      expect(await states()).toEqual(['1 live'])
      expect(await registry.add()).toBeGreaterThan(2)
    })
  })
}

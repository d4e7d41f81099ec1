import type { Logger } from 'pino'
import { NO_DOCUMENT_CACHE } from '../../src/read/cache/noDocumentCache.js'
import type { DocumentStore } from '../../src/read/documentStore.js'
import { type Generation, type GenerationRegistry, GenerationsBusy } from '../../src/read/generationRegistry.js'
import { type GenerationStore, type Generations, UnknownGeneration } from '../../src/read/generations.js'
import { pause } from '../../src/waiting/pause.js'
import { faultText } from '../faults.js'
import { type Projector, type ProjectorOptions, startProjector } from '../projector.js'
import { settleSwitch } from '../rebuild/switchGeneration.js'
import { SILENCE } from './silence.js'
import { SwitchedCache } from './switchedCache.js'

const LOOK_EVERY_MS = 200
/** In a switch: it waits for every projector to notice its steps, and from the first who has left nothing becomes visible. */
const LOOK_IN_SWITCH_EVERY_MS = 20

export interface FollowGenerationsOptions extends Omit<ProjectorOptions, keyof GenerationStore | 'mayWork'> {
  readonly registry: GenerationRegistry
  readonly generations: Generations
  /** Wraps what measures or traces around the documents of each generation. Default: nothing. */
  readonly dressed?: (documents: DocumentStore) => DocumentStore
}

export interface FollowedGenerations {
  /** Of the generation that readers see; undefined while there is none to work on, as in a switch. */
  readonly live: Projector | undefined
  readonly all: readonly Projector[]
  /** Ends every projector as Projector.stop does. */
  stop(): Promise<void>
}

/** One generation with its projector. */
interface Followed {
  readonly announced: boolean
  readonly projector: Projector
}

/** Runs a projector for each generation that the registry says is to be kept up to date, beginning and ending them as it changes. */
export function followGenerations(options: FollowGenerationsOptions): FollowedGenerations {
  return new Following(options)
}

class Following implements FollowedGenerations {
  readonly #options: FollowGenerationsOptions
  readonly #logger: Logger
  readonly #stopping = new AbortController()
  readonly #followed = new Map<number, Followed>()
  readonly #cache: SwitchedCache
  readonly #running: Promise<void>
  #settlesAgainAt = 0

  constructor(options: FollowGenerationsOptions) {
    this.#options = options
    this.#logger = options.logger
    this.#cache = new SwitchedCache(options.cache ?? NO_DOCUMENT_CACHE)
    this.#running = this.#run()
  }

  get live(): Projector | undefined {
    return [...this.#followed.values()].find(({ announced }) => announced)?.projector
  }

  get all(): readonly Projector[] {
    return [...this.#followed.values()].map(({ projector }) => projector)
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#running
    await this.#end([...this.#followed.keys()])
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping
    while (!signal.aborted) {
      let pauseMs = LOOK_EVERY_MS
      try {
        if (await this.#look()) pauseMs = LOOK_IN_SWITCH_EVERY_MS
      } catch (error) {
        // Goes on with what it knows: no switch ends while a projector is in the group that it did not notice has to be left.
        this.#logger.warn({ fault: faultText(error) }, 'The generations of the read models could not be looked up')
      }
      await pause(pauseMs, signal)
    }
  }

  /** Whether there is a switch under way. */
  async #look(): Promise<boolean> {
    const working = [...this.#followed].find(([, { announced, projector }]) => announced && projector.isActive)?.[0]
    const registered = await this.#options.registry.list()
    const wanted = new Map(registered.filter(isFollowed).map(({ number, state }) => [number, state === 'live']))
    // In the group before the registry was read, and still: a switch that begins now can't end before this projector has left, and suspended it again.
    if (working !== undefined && wanted.get(working)) await this.#cache.resume(working)
    // One that has left saw a switch that was taken back before this look: it is begun anew.
    const isOver = ([number, { announced, projector }]: readonly [number, Followed]) =>
      wanted.get(number) !== announced || projector.hasLeft
    await this.#leave([...this.#followed].filter(isOver))
    for (const [number, announced] of wanted) {
      if (!this.#followed.has(number) && !this.#stopping.signal.aborted) await this.#begin(number, announced)
    }
    const isSwitch = registered.some(({ state }) => state === 'leaving' || state === 'arriving')
    if (isSwitch) await this.#settle()
    return isSwitch
  }

  /**
   * Whoever switches holds the lock, and loses it with its connection: then a switch would stay half done, and nothing become visible. To try the lock
   * takes a connection, so not at every look.
   */
  async #settle(): Promise<void> {
    if (performance.now() < this.#settlesAgainAt) return
    this.#settlesAgainAt = performance.now() + LOOK_EVERY_MS
    const { registry, generations } = this.#options
    try {
      await registry.alone(() => settleSwitch({ registry, generations }))
    } catch (error) {
      if (!(error instanceof GenerationsBusy)) throw error
    }
  }

  async #begin(number: number, announced: boolean): Promise<void> {
    const { registry, generations, dressed = (documents) => documents, ...options } = this.#options
    const store = announced ? await this.#openLive(number) : await generations.open(number)
    if (!store) return
    const projector = startProjector({
      ...options,
      ...(announced ? {} : SILENCE),
      documents: dressed(store.documents),
      parked: store.parked,
      group: store.group,
      mayWork: async () =>
        (await registry.list()).some(
          (each) => each.number === number && isFollowed(each) && (each.state === 'live') === announced,
        ),
      logger: options.logger.child({ generation: number }),
    })
    this.#followed.set(number, { announced, projector })
  }

  /** Undefined where the store was made anew without any of the generations that are registered: then everything begins again. */
  async #openLive(number: number): Promise<GenerationStore | undefined> {
    const { registry, generations } = this.#options
    try {
      return await generations.open(number)
    } catch (error) {
      if (!(error instanceof UnknownGeneration)) throw error
      const current = await generations.current()
      this.#logger.warn({ expected: number, found: current }, 'The read models were made anew, and are projected anew')
      await registry.beginWith(current)
      return undefined
    }
  }

  /** Of the generation that readers see nothing may be remembered any more, once its group is empty. */
  async #leave(followed: readonly (readonly [number: number, Followed])[]): Promise<void> {
    const live = followed.find(([, { announced }]) => announced)?.[0]
    const isSuspended = live === undefined || (await this.#cache.suspend(live))
    await this.#end(followed.map(([number]) => number))
    if (!isSuspended && !(await this.#cache.suspend(live))) {
      this.#logger.warn('The cache of documents could not be suspended; what it holds ends within seconds')
    }
  }

  async #end(numbers: readonly number[]): Promise<void> {
    await Promise.all(
      numbers.map(async (number) => {
        await this.#followed.get(number)?.projector.stop()
        this.#followed.delete(number)
      }),
    )
  }
}

function isFollowed({ state }: Generation): boolean {
  return state === 'live' || state === 'following' || state === 'kept'
}

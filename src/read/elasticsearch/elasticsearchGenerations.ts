import { createHash } from 'node:crypto'
import type { Client } from '@elastic/elasticsearch'
import { PROJECTION_NAMES, type ProjectionName } from '../../contract/documents.js'
import type { LogIdentity } from '../../contract/logIdentity.js'
import { GenerationInUse, type GenerationStore, type Generations, UnknownGeneration } from '../generations.js'
import { ElasticsearchDocumentInventory } from './elasticsearchDocumentInventory.js'
import { ElasticsearchDocumentStore } from './elasticsearchDocumentStore.js'
import { ElasticsearchParkedStreams } from './elasticsearchParkedStreams.js'
import {
  aliasOf,
  ensureGenerationIndex,
  FOR_READERS,
  findGenerationIndex,
  type IndexNames,
  ofItself,
} from './indices.js'
import { DOCUMENT_INDICES, type IndexPlan, PARKED_STREAMS } from './mappings.js'
import { refreshIndex } from './refreshIndex.js'
import { orUnavailable } from './translateErrors.js'

/** What stands in an index's name behind the generations that came after the first. */
const GENERATION_SUFFIX = /-g(\d+)$/

type Place = ProjectionName | 'parked'
type FoundIndices = Readonly<Partial<Record<Place, IndexNames>>>

/** Generations as indices, each with its own name; readers' aliases lead to those of one. */
export class ElasticsearchGenerations implements Generations {
  readonly #client: Client
  readonly #log: LogIdentity
  readonly #plans: readonly (readonly [place: Place, alias: string, plan: IndexPlan])[]

  constructor(client: Client, prefix: string, log: LogIdentity) {
    this.#client = client
    this.#log = log
    this.#plans = [
      ...PROJECTION_NAMES.map((name) => [name, aliasOf(prefix, name), DOCUMENT_INDICES[name]] as const),
      ['parked', parkedAlias(prefix), PARKED_STREAMS],
    ]
  }

  async current(): Promise<number> {
    const aliases = this.#plans.map(([, alias]) => alias)
    const found = Object.keys(await orUnavailable(() => this.#client.indices.getAlias({ name: aliases })))
    const [first = 1, ...more] = new Set(found.map((index) => Number(GENERATION_SUFFIX.exec(index)?.[1] ?? 1)))
    if (more.length === 0) return first
    throw new Error(`Expected the aliases ${aliases.join(', ')} to lead to one generation, found ${found.join(', ')}.`)
  }

  async open(generation: number): Promise<GenerationStore> {
    return this.#storeIn(this.#complete(generation, await this.#find(generation)))
  }

  async create(generation: number): Promise<GenerationStore> {
    const made = await this.#each((alias, plan) =>
      ensureGenerationIndex(this.#client, alias, plan, this.#log, generation),
    )
    return this.#storeIn(this.#complete(generation, made))
  }

  async finish(generation: number): Promise<void> {
    const indices = Object.values(this.#complete(generation, await this.#find(generation))).map(({ index }) => index)
    await orUnavailable(() => this.#client.indices.putSettings({ index: indices, settings: FOR_READERS }))
    await Promise.all(indices.map((index) => refreshIndex(this.#client, index)))
  }

  async makeCurrent(generation: number): Promise<void> {
    const names = this.#complete(generation, await this.#find(generation))
    const actions = Object.values(names).flatMap(({ alias, index }) => [
      { remove: { index: `${alias}-v*`, alias } },
      { add: { index, alias } },
    ])
    await orUnavailable(() => this.#client.indices.updateAliases({ actions }))
  }

  async drop(generation: number): Promise<void> {
    if (generation === (await this.current())) throw new GenerationInUse(generation)
    const indices = Object.values(await this.#find(generation)).map(({ index }) => index)
    if (indices.length > 0) await orUnavailable(() => this.#client.indices.delete({ index: indices }))
  }

  #find(generation: number): Promise<FoundIndices> {
    return this.#each((alias, plan) => findGenerationIndex(this.#client, alias, plan, this.#log, generation))
  }

  async #each(work: (alias: string, plan: IndexPlan) => Promise<IndexNames | undefined>): Promise<FoundIndices> {
    const found = await Promise.all(
      this.#plans.map(async ([place, alias, plan]) => {
        const names = await work(alias, plan)
        return names ? [[place, { ...names, alias }] as const] : []
      }),
    )
    return Object.fromEntries(found.flat())
  }

  #complete(generation: number, found: FoundIndices): Readonly<Record<Place, IndexNames>> {
    const missing = this.#plans.filter(([place]) => !found[place]).map(([, alias]) => alias)
    if (missing.length === 0) return found as Readonly<Record<Place, IndexNames>>
    throw new UnknownGeneration(
      `Expected generation ${generation} of the read models in Elasticsearch, found no index of it for ${missing.join(', ')}.`,
    )
  }

  async #storeIn({ parked, ...ofReaders }: Readonly<Record<Place, IndexNames>>): Promise<GenerationStore> {
    const documents = {
      orders: ofItself(ofReaders.orders),
      orderTimelines: ofItself(ofReaders.orderTimelines),
      customers: ofItself(ofReaders.customers),
      products: ofItself(ofReaders.products),
    }
    return {
      documents: new ElasticsearchDocumentStore(this.#client, documents),
      inventory: new ElasticsearchDocumentInventory(this.#client, documents),
      parked: new ElasticsearchParkedStreams(this.#client, ofItself(parked)),
      group: `projector-${await this.#identityOf(Object.values(documents))}`,
    }
  }

  /** Elasticsearch gives every index that is made an id of its own. */
  async #identityOf(names: readonly IndexNames[]): Promise<string> {
    const index = names.map((each) => each.index)
    const found = await orUnavailable(() => this.#client.indices.getSettings({ index, name: 'index.uuid' }))
    const ids = Object.values(found).map(({ settings }) => settings?.index?.uuid)
    return createHash('sha256').update(ids.sort().join()).digest('hex').slice(0, 12)
  }
}

export function parkedAlias(prefix: string): string {
  return `${prefix}parked-streams`
}

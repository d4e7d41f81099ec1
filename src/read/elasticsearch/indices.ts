import { createHash } from 'node:crypto'
import { type Client, errors, type estypes } from '@elastic/elasticsearch'
import type { ProjectionName } from '../../contract/documents.js'
import type { LogIdentity } from '../../contract/logIdentity.js'
import type { IndexPlan } from './mappings.js'
import { orUnavailable } from './translateErrors.js'

/** An index under our prefix is not what this release of this installation writes to. The message is one line for the operator. */
export class UnusableIndex extends Error {
  override readonly name = 'UnusableIndex'
  readonly code = 'UNUSABLE_INDEX'
}

/** The names of one index. */
export interface IndexNames {
  /** What readers ask: it leads to the index that is current, and moves when another one takes its place. */
  readonly alias: string
  /** What writers name: an alias too, because only of those can a write demand that they are there, but of this index for good. */
  readonly writes: string
  /** Its own. */
  readonly index: string
}

/** Names of indices hold no upper case. */
const NAMES: Readonly<Record<ProjectionName, string>> = {
  orders: 'orders',
  orderTimelines: 'order-timelines',
  customers: 'customers',
  products: 'products',
}

/** What readers ask. */
export function aliasOf(prefix: string, projection: ProjectionName): string {
  return `${prefix}${NAMES[projection]}`
}

/** The first generation has the names of the time before there were more. */
function indexOf(alias: string, plan: IndexPlan, generation: number): string {
  return generation === 1 ? `${alias}-v${plan.version}` : `${alias}-v${plan.version}-g${generation}`
}

/** For who works on one generation: readers' name and the index's own are the same. */
export function ofItself({ index, writes }: IndexNames): IndexNames {
  return { alias: index, writes, index }
}

interface IndexMeta extends LogIdentity {
  readonly version: number
  /** Of the mapping that the index was made with. */
  readonly mapping: string
}

/**
 * Makes the index behind an alias where there is none; any number of processes may do so at once. Throws StoreUnavailable, UnusableIndex, and
 * ElasticsearchFault where it may not be made.
 */
export async function ensureIndex(
  client: Client,
  alias: string,
  plan: IndexPlan,
  log: LogIdentity,
): Promise<IndexNames> {
  const meta = metaOf(plan, log)
  const found = await indicesBehind(client, alias)
  if (found.length > 0) return checked(found, alias, meta)
  const names = namesOf(alias, indexOf(alias, plan, 1))
  await createUnlessThere(client, names, { [names.alias]: {} }, plan, meta)
  return checked(await indicesBehind(client, alias), alias, meta)
}

/** The index of one generation, whether readers see it or not; undefined where there is none. Throws as ensureIndex does. */
export async function findGenerationIndex(
  client: Client,
  alias: string,
  plan: IndexPlan,
  log: LogIdentity,
  generation: number,
): Promise<IndexNames | undefined> {
  const names = namesOf(alias, indexOf(alias, plan, generation))
  const found = await indicesBehind(client, names.index)
  return found.length === 0 ? undefined : checked(found, names.index, metaOf(plan, log), names)
}

/** The same, made where it is missing: for being filled, which is faster without copies and without looking for what is new every second. */
export async function ensureGenerationIndex(
  client: Client,
  alias: string,
  plan: IndexPlan,
  log: LogIdentity,
  generation: number,
): Promise<IndexNames> {
  const names = namesOf(alias, indexOf(alias, plan, generation))
  const forFilling = { ...plan, settings: { ...plan.settings, ...WHILE_FILLED } }
  await createUnlessThere(client, names, {}, forFilling, metaOf(plan, log))
  return checked(await indicesBehind(client, names.index), names.index, metaOf(plan, log), names)
}

const WHILE_FILLED: estypes.IndicesIndexSettings = {
  auto_expand_replicas: 'false',
  number_of_replicas: 0,
  refresh_interval: '-1',
}

/** As every index is that readers see. */
export const FOR_READERS: estypes.IndicesIndexSettings = {
  // A copy as soon as there is a second node to hold it, and no complaint where there is none.
  auto_expand_replicas: '0-1',
  // A backstop: whoever waits for its write to be found refreshes by itself (refreshLoop.ts).
  refresh_interval: '1s',
}

function metaOf(plan: IndexPlan, log: LogIdentity): IndexMeta {
  return { ...log, version: plan.version, mapping: hashOf(plan) }
}

function namesOf(alias: string, index: string): IndexNames {
  return { alias, writes: `${index}-writes`, index }
}

type FoundIndex = readonly [name: string, state: estypes.IndicesIndexState]

/** None where nothing has that name. An index that bears the alias's own name is found as well, and is not ours. */
async function indicesBehind(client: Client, alias: string): Promise<readonly FoundIndex[]> {
  return Object.entries(
    await orUnavailable(() =>
      client.indices.get({ index: alias, ignore_unavailable: true, features: ['aliases', 'mappings'] }),
    ),
  )
}

/** named: of an index that was asked for by its own name, which readers may not see. */
function checked(found: readonly FoundIndex[], alias: string, expected: IndexMeta, named?: IndexNames): IndexNames {
  const [first, ...more] = found
  if (!first) {
    throw new UnusableIndex(
      `ELASTICSEARCH_PREFIX: expected the alias ${alias} to lead to an index, found that it leads to none while an index has the name that a new one would get: choose another prefix, or put the alias on that index where it is this installation's.`,
    )
  }
  if (more.length > 0) {
    throw new UnusableIndex(
      `ELASTICSEARCH_PREFIX: expected one index behind ${alias}, found ${found.map(([name]) => name).join(', ')}: choose another prefix, or leave the alias on one of them.`,
    )
  }
  const [name, { mappings, aliases }] = first
  const { installationId, historyId, version, mapping: hash } = (mappings?._meta ?? {}) as Partial<IndexMeta>
  const names = named ?? namesOf(alias, name)
  const isOfReaders = named !== undefined || aliases?.[alias] !== undefined
  if (installationId === undefined || !isOfReaders || !aliases?.[names.writes]) {
    throw new UnusableIndex(
      `ELASTICSEARCH_PREFIX: expected ${alias} to be ours or free, found the index ${name}, which this service has not made: choose another prefix, or delete that index.`,
    )
  }
  if (installationId !== expected.installationId) {
    throw new UnusableIndex(
      `ELASTICSEARCH_PREFIX: expected ${name} to belong to installation ${expected.installationId}, found ${installationId}: two installations share this prefix, give each its own (or delete the indices of one that is gone).`,
    )
  }
  // Indices of early releases name no history: theirs was the first.
  if ((historyId ?? installationId) !== expected.historyId) {
    throw new UnusableIndex(
      `ELASTICSEARCH_PREFIX: expected ${name} to be filled from this log, found that the log was restored from a backup since, so that documents may be ahead of it: stop every process, then choose another prefix, or delete all indices under this one; they are filled anew from the log.`,
    )
  }
  if (version !== expected.version || hash !== expected.mapping || mappings?.dynamic !== 'strict') {
    throw new UnusableIndex(
      `ELASTICSEARCH_PREFIX: expected ${name} to have version ${expected.version} with the mapping of this release, found version ${String(version)}${version === expected.version ? ' with another mapping' : ''}: start the release that made it, or choose another prefix and let everything be projected anew.`,
    )
  }
  return names
}

async function createUnlessThere(
  client: Client,
  names: IndexNames,
  readers: Readonly<Record<string, estypes.IndicesAlias>>,
  plan: IndexPlan,
  meta: IndexMeta,
): Promise<void> {
  const create = () =>
    client.indices.create({
      index: names.index,
      aliases: { ...readers, [names.writes]: {} },
      settings: {
        // Facets are exact on one shard only, and a copy of one is one more node that can answer.
        number_of_shards: 1,
        ...FOR_READERS,
        ...plan.settings,
      },
      mappings: { dynamic: 'strict', _meta: { ...meta }, properties: { ...plan.properties } },
    })
  await orUnavailable(async () => {
    try {
      await create()
    } catch (error) {
      // Another process was faster; what it has made is checked like any other.
      if (!(error instanceof errors.ResponseError && error.message.includes('resource_already_exists'))) throw error
    }
  })
}

function hashOf({ properties }: IndexPlan): string {
  return createHash('sha256').update(JSON.stringify(properties)).digest('hex').slice(0, 16)
}

import type { ConsumerGroups } from '../../src/bus/consumerGroups.js'
import type { DocumentCache } from '../../src/read/cache/documentCache.js'
import type { GenerationRegistry, GenerationState, StillAlone } from '../../src/read/generationRegistry.js'
import type { Generations } from '../../src/read/generations.js'
import { pause } from '../../src/waiting/pause.js'
import { SwitchedCache } from '../generations/switchedCache.js'
import { patiently } from './patiently.js'

const LOOK_EVERY_MS = 20

export interface SwitchParts {
  readonly registry: GenerationRegistry
  readonly generations: Generations
  readonly groups: ConsumerGroups
  /** That gateways read documents through. */
  readonly cache: Pick<DocumentCache, 'suspend' | 'resume'>
}

export interface SwitchPlan {
  /** The live generation. */
  readonly from: number
  /** One that is followed. */
  readonly to: number
  /** How long projectors may take to leave a group, and the new one to catch up with the old, in milliseconds each. Nothing becomes visible meanwhile. */
  readonly patienceMs: number
  /** As `registry.alone` gives it. */
  readonly stillAlone: StillAlone
  readonly signal: AbortSignal
}

/** It did not come to the switch; the generation that was live is live again. The message is one line for the operator. */
export class SwitchFailed extends Error {
  override readonly name = 'SwitchFailed'
  readonly code = 'SWITCH_FAILED'
}

/** Readers see the new generation, and the registry could not be told. The message is one line for the operator. */
export class SwitchUnsettled extends Error {
  override readonly name = 'SwitchUnsettled'
  readonly code = 'SWITCH_UNSETTLED'

  constructor(to: number, cause: unknown) {
    super(
      `Readers see generation ${to} now, but PostgreSQL did not take it down: any projector does, within a second of reaching it. Nothing becomes visible until then.`,
      { cause },
    )
  }
}

/**
 * Makes another generation the one that readers see, while everything goes on. Inside `registry.alone`.
 *
 *   1. the old one's projectors finish what they have in work and leave: it stands at O, announced up to O and no further
 *   2. the new one is waited for until it has everything up to O
 *   3. its projectors leave too, and it is put back to O: what it did behind O it did in silence, and does again to announce it
 *   4. everything in it is made searchable, and readers see it from one moment to the next
 *   5. the new one is live, the old one kept
 *
 * A reader who has seen a version in the old one finds at least that version in the new one, and what is announced of the new one is in it. Up to
 * 4 a fault takes everything back; a process that dies in between is put right by any projector (settleSwitch), and so is one that has lost its lock:
 * right before 4 it looks whether somebody has.
 *
 * Throws SwitchFailed, SwitchUnsettled, GenerationsBusy, and what the stores throw.
 */
export async function switchGeneration(parts: SwitchParts, plan: SwitchPlan): Promise<void> {
  const { registry, generations } = parts
  const { from, to } = plan
  const former = (await registry.list()).find(({ number }) => number === to)?.state
  if (former !== 'following' && former !== 'kept') {
    throw new SwitchFailed(`Expected generation ${to} to be followed by projectors, found it ${former ?? 'gone'}.`)
  }
  await plan.stillAlone()
  await change(registry, from, 'live', 'leaving')
  const cache = new SwitchedCache(parts.cache)
  // Projectors do so as well, before they leave; here it is done for one that has died, and for the case that there is none.
  await cache.suspend(from)
  try {
    await settledAt(parts, plan, former)
    await plan.stillAlone()
    await requireUnsettled(registry, plan)
    await generations.makeCurrent(to)
  } catch (error) {
    // Where the answer to the last step was lost, this looks what came of it.
    await patiently(() => settleSwitch(parts), UNCALLED)
    if ((await generations.current()) !== to) {
      await cache.resume(from)
      throw error
    }
  }
  try {
    await patiently(() => settleSwitch(parts), UNCALLED)
  } catch (error) {
    throw new SwitchUnsettled(to, error)
  }
  await cache.resume(to)
}

/** What is begun here is brought to an end also when somebody calls off the rebuild. */
const UNCALLED = new AbortController().signal

/** Whoever found the lock free meanwhile has taken the switch back, and projectors are at work again. */
async function requireUnsettled(registry: GenerationRegistry, { from, to }: SwitchPlan): Promise<void> {
  const registered = await registry.list()
  const stateOf = (generation: number) => registered.find(({ number }) => number === generation)?.state
  if (stateOf(from) === 'leaving' && stateOf(to) === 'arriving') return
  throw new SwitchFailed('The connection that keeps others from switching was lost, and the switch was taken back.')
}

/** Steps 1 to 3, and the first half of 4. */
async function settledAt(
  { registry, generations, groups }: SwitchParts,
  { from, to, patienceMs, signal }: SwitchPlan,
  former: GenerationState,
): Promise<void> {
  const [old, next] = await Promise.all([generations.open(from), generations.open(to)])
  const wait = (what: string, probe: () => Promise<boolean>) => until(what, probe, patienceMs, signal)
  await wait(`the projectors to leave generation ${from}`, () => groups.isEmpty(old.group))
  await wait(`generation ${to} to catch up`, () => groups.hasReached(next.group, old.group))
  await change(registry, to, former, 'arriving')
  await wait(`the projectors to leave generation ${to}`, () => groups.isEmpty(next.group))
  await groups.moveTo(next.group, old.group)
  await next.documents.makeSearchable()
}

/**
 * Brings a switch that was begun to an end: forward where readers see the new generation already, back where they do not. Inside `registry.alone`,
 * so that nobody is in the middle of it; who had lost that lock may have left anything behind, so that it goes by what readers see alone. Nothing to
 * do where there is none.
 */
export async function settleSwitch({
  registry,
  generations,
}: Pick<SwitchParts, 'registry' | 'generations'>): Promise<void> {
  const registered = await registry.list()
  const current = await generations.current()
  if (!registered.some(({ number, state }) => number === current && state !== 'filling')) return
  const changes = registered.flatMap(({ number, state }) => {
    const settled = number === current ? 'live' : BEHIND[state]
    return settled === state ? [] : [{ generation: number, from: state, to: settled }]
  })
  if (changes.length > 0) await registry.change(changes)
}

/** What a generation is that readers do not see, once nobody switches. */
const BEHIND: Readonly<Record<GenerationState, GenerationState>> = {
  filling: 'filling',
  following: 'following',
  arriving: 'following',
  live: 'kept',
  leaving: 'kept',
  kept: 'kept',
}

async function change(
  registry: GenerationRegistry,
  generation: number,
  from: GenerationState,
  to: GenerationState,
): Promise<void> {
  if (await registry.change([{ generation, from, to }])) return
  throw new SwitchFailed(`Expected generation ${generation} to be ${from}, found that somebody has changed it.`)
}

async function until(
  what: string,
  probe: () => Promise<boolean>,
  patienceMs: number,
  signal: AbortSignal,
): Promise<void> {
  const giveUpAt = performance.now() + patienceMs
  while (!(await probe())) {
    signal.throwIfAborted()
    if (performance.now() > giveUpAt) {
      throw new SwitchFailed(`Waited ${patienceMs / 1_000} s for ${what}; nothing was switched.`)
    }
    await pause(LOOK_EVERY_MS, signal)
  }
}

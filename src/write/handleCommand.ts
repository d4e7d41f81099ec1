import { randomUUIDv7 } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { type DomainEvent, encodeEvent } from '../contract/eventCodec.js'
import type { EventEnvelope, EventMetadata } from '../contract/eventEnvelope.js'
import type { PersonalDataCipher } from '../contract/personalData.js'
import { parseStreamId, streamIdOf } from '../contract/streams.js'
import { isRefusal } from '../domain/decision.js'
import type { Refusal } from '../domain/message.js'
import { type Aggregate, type Folded, fold, unfolded } from './aggregates.js'
import { checkCommandId, commandIdReused, contended, refusedByRule, versionConflict } from './commandRefusals.js'
import type { AcceptedCommand, CommandContext, CommandOutcome, RefusedCommand } from './commandRequests.js'
import type { DataKeys } from './dataKeys.js'
import type { EventStore, StoredCommand, StreamReader } from './eventStore/eventStore.js'
import type { Fingerprints } from './fingerprint.js'
import type { FoldedStreams } from './foldedStreams.js'
import { loadForDecision } from './loadForDecision.js'
import type { CommandPlan } from './parseRequest.js'
import { sealingOf } from './sealing.js'

export interface HandlerParts {
  readonly store: EventStore & StreamReader
  readonly folded: FoldedStreams
  readonly dataKeys: DataKeys
  readonly cipher: PersonalDataCipher
  readonly fingerprints: Fingerprints
}

/** Under contention somebody wins each round, so a command that lost this often meets a stream that it can hardly be right about. */
const MAX_ATTEMPTS = 12
const FIRST_PAUSE_MS = 1
const LONGEST_PAUSE_MS = 50

/**
 * Handles one command: load, decide, append.
 *
 * The load ends before the appending transaction begins, else transaction ids could contradict versions. A lost race is decided again on
 * what won, unless the caller named the version. No refusal and no conflict leaves before the command id was looked for once more, in a
 * statement begun after the load: else a repeat could be refused because of its own first effect.
 *
 * Throws LogUnavailable; the same command id then tells what became of it.
 */
export async function handleCommand<Command, State, Event extends DomainEvent>(
  parts: HandlerParts,
  aggregate: Aggregate<Command, State, Event>,
  request: { readonly type: string },
  plan: CommandPlan<Command> | Refusal,
  context: CommandContext,
): Promise<CommandOutcome<State>> {
  const idFault = context.commandId === undefined ? undefined : checkCommandId(context.commandId)
  if (idFault) return refusedByRule(idFault)
  const handling = new Handling(parts, aggregate, request, context)
  return isRefusal(plan) ? handling.refuse(refusedByRule(plan)) : handling.run(plan)
}

/** What an answer says of the event. */
type AppendedEvent = Pick<EventEnvelope, 'streamId' | 'recordedAt'> & {
  readonly metadata: Pick<EventMetadata, 'traceparent'>
}

class Handling<Command, State, Event extends DomainEvent> {
  readonly #parts: HandlerParts
  readonly #aggregate: Aggregate<Command, State, Event>
  readonly #request: { readonly type: string }
  readonly #context: CommandContext
  readonly #commandId: string
  readonly #eventId = randomUUIDv7()

  constructor(
    parts: HandlerParts,
    aggregate: Aggregate<Command, State, Event>,
    request: { readonly type: string },
    context: CommandContext,
  ) {
    this.#parts = parts
    this.#aggregate = aggregate
    this.#request = request
    this.#context = context
    this.#commandId = context.commandId ?? randomUUIDv7()
  }

  async run(plan: CommandPlan<Command>): Promise<CommandOutcome<State>> {
    const streamId = streamIdOf(this.#aggregate.category, plan.id)
    const { expectedVersion } = this.#context
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
      const { current, facts } = await loadForDecision(this.#parts, this.#aggregate, { ...plan, streamId })
      if (expectedVersion !== undefined && expectedVersion !== current.version) {
        return this.refuse(versionConflict(expectedVersion, current.version))
      }
      const decision = this.#aggregate.decide(plan.command(facts), current.state)
      if (isRefusal(decision)) return this.refuse(refusedByRule(decision))

      const appended = await this.#append(streamId, plan, current, decision.event)
      if (typeof appended === 'object') return appended
      if (appended === 'conflict') {
        const first = await this.#firstResult()
        if (first) return first
        if (expectedVersion !== undefined) return versionConflict(expectedVersion, undefined)
      }
      await delay(Math.random() * Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt))
    }
    return contended(MAX_ATTEMPTS)
  }

  /** The way out for every refusal that is not known to come after a look for the command id. */
  async refuse(refusal: RefusedCommand): Promise<CommandOutcome<State>> {
    return (await this.#firstResult()) ?? refusal
  }

  /**
   * 'conflict': somebody else took the version or the command id. 'key gone': the customer was forgotten since the load, which the next
   * load shows.
   */
  async #append(
    streamId: string,
    plan: CommandPlan<Command>,
    current: Folded<State>,
    event: Event,
  ): Promise<AcceptedCommand<State> | 'conflict' | 'key gone'> {
    const { store, fingerprints, folded, dataKeys } = this.#parts
    const sealing = await sealingOf(event, this.#eventId, plan.customerId ?? plan.id, this.#parts)
    if (!sealing) return 'key gone'
    const { principal, traceparent, correlationId, occurredAt } = this.#context
    const version = current.version + 1
    const appended = await store.append({
      streamId,
      streamCategory: this.#aggregate.category,
      streamVersion: version,
      eventId: this.#eventId,
      ...encodeEvent(event, sealing.seal),
      metadata: { correlationId, causationId: this.#commandId, actor: principal, traceparent, occurredAt },
      principal,
      commandId: this.#commandId,
      fingerprint: fingerprints.of(this.#request),
      ...(sealing.keyChange && { customerKey: sealing.keyChange }),
    })
    if (appended.kind === 'conflict') return 'conflict'
    if (sealing.keyChange?.kind === 'destroy') dataKeys.drop(plan.id)
    const state = this.#aggregate.evolve(current.state, event)
    folded.put(streamId, { state, version }, this.#aggregate.sizeOf(state))
    const { recordedAt } = appended
    return this.#accepted({ streamId, recordedAt, metadata: { traceparent } }, { state, version }, false)
  }

  /**
   * The answer that the command id got the first time: the fold of the stream up to its event. Undefined where it is new, which one made
   * here always is.
   */
  async #firstResult(): Promise<CommandOutcome<State> | undefined> {
    const { commandId, principal } = this.#context
    const stored = commandId === undefined ? undefined : await this.#parts.store.findByCommand(principal, commandId)
    return stored && this.#repeated(stored)
  }

  async #repeated({ event, fingerprint }: StoredCommand): Promise<CommandOutcome<State>> {
    if (!this.#parts.fingerprints.matches(fingerprint, this.#request)) return commandIdReused()
    const events = await this.#parts.store.readStream(event.streamId, 1, event.streamVersion)
    const then = fold(this.#aggregate, unfolded(this.#aggregate), events)
    return this.#accepted(event, then, true)
  }

  #accepted(
    { streamId, recordedAt, metadata: { traceparent } }: AppendedEvent,
    { state, version }: Folded<State>,
    duplicate: boolean,
  ): AcceptedCommand<State> {
    return {
      kind: 'accepted',
      commandId: this.#commandId,
      streamId,
      id: parseStreamId(streamId).id,
      version,
      duplicate,
      recordedAt,
      traceId: traceparent.split('-')[1] ?? '',
      traceparent,
      state,
    }
  }
}

import { setTimeout as delay } from 'node:timers/promises'
import { v7 as uuidv7 } from 'uuid'
import { type DomainEvent, decodeEvent, encodeEvent } from '../contract/eventCodec.js'
import type { EventEnvelope, JsonObject } from '../contract/eventEnvelope.js'
import type { PersonalDataCipher } from '../contract/personalData.js'
import { parseStreamId, streamIdOf } from '../contract/streams.js'
import type { CustomerState } from '../domain/customer/state.js'
import { isRefusal, refuse } from '../domain/decision.js'
import type { Refusal } from '../domain/message.js'
import type { OrderFacts } from '../domain/order/commands.js'
import type { ProductAdded, ProductPriceChanged } from '../domain/product/events.js'
import { type Aggregate, customer, type Folded, fold, unfolded } from './aggregates.js'
import type { CommandContext, CommandOutcome, RefusedCommand } from './commandRequests.js'
import type { DataKeys } from './dataKeys.js'
import type { CustomerKeyChange, EventStore, LoadResult, StoredCommand, StreamReader } from './eventStore/eventStore.js'
import type { Fingerprints } from './fingerprint.js'
import type { FoldedStreams } from './foldedStreams.js'
import { type CommandPlan, productStreamsOf } from './parseRequest.js'

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
  if (idFault) return refused(idFault)
  const handling = new Handling(parts, aggregate, request, context)
  return isRefusal(plan) ? handling.refuseOrRepeat(refused(plan)) : handling.run(plan)
}

class Handling<Command, State, Event extends DomainEvent> {
  readonly #parts: HandlerParts
  readonly #aggregate: Aggregate<Command, State, Event>
  readonly #request: { readonly type: string }
  readonly #context: CommandContext
  readonly #commandId: string
  readonly #eventId = uuidv7()

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
    this.#commandId = context.commandId ?? uuidv7()
  }

  async run(plan: CommandPlan<Command>): Promise<CommandOutcome<State>> {
    const streamId = streamIdOf(this.#aggregate.category, plan.id)
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
      const { current, facts } = await this.#load(streamId, plan)
      const { expectedVersion } = this.#context
      if (expectedVersion !== undefined && expectedVersion !== current.version) {
        return this.refuseOrRepeat(versionConflict(expectedVersion, current.version))
      }
      const decision = this.#aggregate.decide(plan.command(facts), current.state)
      if (isRefusal(decision)) return this.refuseOrRepeat(refused(decision))

      const appended = await this.#append(streamId, plan, current, decision.event)
      if (appended) return appended
      const stored = await this.#findStored()
      if (stored) return this.#firstResult(stored)
      if (expectedVersion !== undefined) return versionConflict(expectedVersion, undefined)
      await delay(Math.random() * Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt))
    }
    return contended()
  }

  /** Only a caller's own command id can be a repeat; one made here is new. */
  async refuseOrRepeat(refusal: RefusedCommand): Promise<CommandOutcome<State>> {
    const stored = await this.#findStored()
    return stored ? this.#firstResult(stored) : refusal
  }

  async #load(streamId: string, plan: CommandPlan<Command>): Promise<{ current: Folded<State>; facts: OrderFacts }> {
    const { folded, store } = this.#parts
    const customerStream = plan.customerId === undefined ? undefined : streamIdOf('customer', plan.customerId)
    const own = folded.get<State>(streamId) ?? unfolded(this.#aggregate)
    const theirs =
      customerStream === undefined ? undefined : (folded.get<CustomerState>(customerStream) ?? unfolded(customer))
    const loaded = await store.load({
      streams: [
        { streamId, afterVersion: own.version },
        ...(customerStream !== undefined && theirs ? [{ streamId: customerStream, afterVersion: theirs.version }] : []),
      ],
      catalogue: productStreamsOf(plan.skus),
    })
    const current = this.#advance(this.#aggregate, streamId, own, loaded)
    const customerNow =
      customerStream !== undefined && theirs ? this.#advance(customer, customerStream, theirs, loaded).state : undefined
    return { current, facts: { customer: statusOf(customerNow), catalogue: catalogueOf(loaded) } }
  }

  #advance<AnyState, AnyEvent extends DomainEvent>(
    aggregate: Pick<Aggregate<never, AnyState, AnyEvent>, 'evolve'>,
    streamId: string,
    from: Folded<AnyState>,
    loaded: LoadResult,
  ): Folded<AnyState> {
    const events = loaded.streams.get(streamId)
    if (!events) return from
    const now = fold(aggregate, from, events)
    this.#parts.folded.put(streamId, now)
    return now
  }

  /** Undefined where somebody else took the version or the command id, or the customer's key is gone since the load. */
  async #append(
    streamId: string,
    plan: CommandPlan<Command>,
    current: Folded<State>,
    event: Event,
  ): Promise<CommandOutcome<State> | undefined> {
    const sealing = await this.#sealing(event, plan)
    if (!sealing) return undefined
    const { store, fingerprints, folded } = this.#parts
    const { principal, traceparent, correlationId, occurredAt } = this.#context
    const version = current.version + 1
    const result = await store.append({
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
    if (result.kind === 'conflict') return undefined
    if (sealing.keyChange?.kind === 'destroy') this.#parts.dataKeys.drop(plan.id)
    const state = this.#aggregate.evolve(current.state, event)
    folded.put(streamId, { state, version })
    return this.#accepted(streamId, version, state, traceparent, false)
  }

  /** How the event's personal fields are sealed, and what becomes of the customer's key with it. */
  async #sealing(event: Event, plan: CommandPlan<Command>): Promise<Sealing | undefined> {
    const { cipher, dataKeys } = this.#parts
    switch (event.type) {
      case 'CustomerRegistered': {
        const wrappedKey = cipher.newWrappedKey()
        const key = cipher.unwrap(wrappedKey)
        return {
          seal: (personal) => cipher.seal(key, this.#eventId, personal),
          keyChange: { kind: 'create', customerId: plan.id, wrappedKey },
        }
      }
      case 'CustomerForgotten':
        return { seal: sealsNothing, keyChange: { kind: 'destroy', customerId: plan.id } }
      case 'CustomerContactChanged':
      case 'OrderCreated': {
        const key = await dataKeys.of(plan.customerId ?? plan.id)
        return key && { seal: (personal) => cipher.seal(key, this.#eventId, personal) }
      }
      default:
        return { seal: sealsNothing }
    }
  }

  async #findStored(): Promise<StoredCommand | undefined> {
    const { commandId, principal } = this.#context
    return commandId === undefined ? undefined : this.#parts.store.findByCommand(principal, commandId)
  }

  /** The answer that the command id got the first time: the fold of the stream up to its event. */
  async #firstResult({ event, fingerprint }: StoredCommand): Promise<CommandOutcome<State>> {
    if (!this.#parts.fingerprints.matches(fingerprint, this.#request)) return commandIdReused()
    const events = await this.#parts.store.readStream(event.streamId, 1, event.streamVersion)
    const { state, version } = fold(this.#aggregate, unfolded(this.#aggregate), events)
    // Its own append, whose answer was lost on the way here, is the first result and no repeat.
    return this.#accepted(event.streamId, version, state, event.metadata.traceparent, event.eventId !== this.#eventId)
  }

  #accepted(
    streamId: string,
    version: number,
    state: State,
    traceparent: string,
    duplicate: boolean,
  ): CommandOutcome<State> {
    return {
      kind: 'accepted',
      commandId: this.#commandId,
      streamId,
      id: parseStreamId(streamId).id,
      version,
      duplicate,
      traceId: traceparent.split('-')[1] ?? '',
      state,
    }
  }
}

interface Sealing {
  readonly seal: (personal: JsonObject) => string
  readonly keyChange?: CustomerKeyChange
}

function sealsNothing(): never {
  throw new Error('Expected an event without personal fields, found one that has some and no key to seal them.')
}

function statusOf(state: CustomerState | undefined): OrderFacts['customer'] {
  switch (state?.status) {
    case 'REGISTERED':
      return 'registered'
    case 'FORGOTTEN':
      return 'forgotten'
    default:
      return 'unknown'
  }
}

function catalogueOf(loaded: LoadResult): OrderFacts['catalogue'] {
  return new Map([...loaded.catalogue].map(([streamId, entry]) => [parseStreamId(streamId).id, nameAndPrice(entry)]))
}

function nameAndPrice(entry: EventEnvelope) {
  const { data } = decodeEvent(entry, () => null) as ProductAdded | ProductPriceChanged
  return { name: data.name, unitPrice: data.unitPrice }
}

/** Any string, as far as the database can keep it. */
function checkCommandId(commandId: string): Refusal | undefined {
  const characters = [...commandId].length
  if (characters >= 1 && characters <= 128 && !/[\0\p{Cs}]/u.test(commandId)) return undefined
  return refuse(
    'INVALID_INPUT',
    `Expected commandId to be a text of 1 to 128 characters, found ${characters} or some that are no text.`,
    ['commandId'],
  )
}

function refused({ code, message, field }: Refusal): RefusedCommand {
  return { kind: 'refused', code, message, retryable: false, ...(field && { field }) }
}

function versionConflict(expected: number, found: number | undefined): RefusedCommand {
  const now = found === undefined ? 'somebody else changed it meanwhile' : `found ${found}`
  return {
    kind: 'refused',
    code: 'VERSION_CONFLICT',
    message: `Expected version ${expected}, ${now}: read again and decide again.`,
    field: ['expectedVersion'],
    retryable: true,
  }
}

function contended(): RefusedCommand {
  return {
    kind: 'refused',
    code: 'VERSION_CONFLICT',
    message: `Others changed it ${MAX_ATTEMPTS} times while this was decided: send the same command again.`,
    retryable: true,
  }
}

function commandIdReused(): RefusedCommand {
  return {
    kind: 'refused',
    code: 'COMMAND_ID_REUSED',
    message:
      'This commandId was used for another request: make a new one for each thing to be done, and repeat it for retries only.',
    field: ['commandId'],
    retryable: false,
  }
}

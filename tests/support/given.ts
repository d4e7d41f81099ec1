import { expect } from 'vitest'
import type { Decision, Refusal, RefusalCode } from '../../src/domain/message.js'

/** The three functions that make an aggregate. */
export interface Aggregate<State, Command, Event> {
  readonly initial: State
  readonly decide: (command: Command, state: State) => Decision<Event>
  readonly evolve: (state: State, event: Event) => State
}

export interface Specification<Command, Event> {
  /** The command is granted, with exactly this event. */
  whenThen(command: Command, event: Event): void
  /** The command is refused: with this code, a message in the form of all our messages, and the given parts. Returns the refusal. */
  whenRefused(command: Command, code: RefusalCode, expected?: RefusalParts): Refusal
}

export interface RefusalParts {
  readonly field?: readonly string[]
  /** Texts that the message has to contain: the facts of the refusal. */
  readonly says?: readonly string[]
}

/** What was expected, what was found, what to do. */
const MESSAGE = /^Expected .+, found .+: .+\.$/

/** A rule in the form of its specification: given these events, when this command, then this event or this refusal. */
export function given<State, Command, Event>(
  aggregate: Aggregate<State, Command, Event>,
  ...events: readonly Event[]
): Specification<Command, Event> {
  const state = events.reduce(aggregate.evolve, aggregate.initial)
  return {
    whenThen(command, event) {
      expect(aggregate.decide(command, state)).toEqual({ kind: 'event', event })
    },
    whenRefused(command, code, { field, says = [] } = {}) {
      const decision = aggregate.decide(command, state)
      if (decision.kind !== 'refusal')
        return expect.fail(`Expected ${code}, found an event: ${describe(decision.event)}`)
      expect(decision.code).toBe(code)
      expect(decision.message).toMatch(MESSAGE)
      for (const fact of says) expect(decision.message).toContain(fact)
      if (field) expect(decision.field).toEqual(field)
      return decision
    },
  }
}

function describe(event: unknown): string {
  return JSON.stringify(event, (_, value) => (typeof value === 'bigint' ? `${value}n` : value))
}

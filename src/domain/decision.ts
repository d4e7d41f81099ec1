import type { Decision, Refusal, RefusalCode } from './message.js'

/** The command is granted: this is the one event it leads to. */
export function accept<Event>(event: Event): Decision<Event> {
  return { kind: 'event', event }
}

/** The command is refused. `message` says what was expected, what was found and what to do; it never repeats personal data. */
export function refuse(code: RefusalCode, message: string, field?: readonly string[]): Refusal {
  return field ? { kind: 'refusal', code, message, field } : { kind: 'refusal', code, message }
}

/** Tells a refusal from whatever else a rule may answer with. */
export function isRefusal<Granted extends object>(answer: Granted | Refusal): answer is Refusal {
  return 'kind' in answer && answer.kind === 'refusal'
}

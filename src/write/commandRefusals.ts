import { refuse } from '../domain/decision.js'
import type { Refusal } from '../domain/message.js'
import type { RefusedCommand } from './commandRequests.js'

const MAX_COMMAND_ID_CHARACTERS = 128

/** Any text, as far as the database can keep it. */
export function checkCommandId(commandId: string): Refusal | undefined {
  const characters = [...commandId].length
  if (characters >= 1 && characters <= MAX_COMMAND_ID_CHARACTERS && !/[\0\p{Cs}]/u.test(commandId)) return undefined
  return refuse(
    'INVALID_INPUT',
    `Expected commandId to be a text of 1 to ${MAX_COMMAND_ID_CHARACTERS} characters, found ${characters} or some that are no text.`,
    ['commandId'],
  )
}

/** A rule said no: the same request is refused again until something else has happened. */
export function refusedByRule({ code, message, field }: Refusal): RefusedCommand {
  return { kind: 'refused', code, message, retryable: false, ...(field && { field }) }
}

/** found: the version that was loaded; undefined where somebody appended after the load. */
export function versionConflict(expected: number, found: number | undefined): RefusedCommand {
  const now = found === undefined ? 'somebody else changed it meanwhile' : `found ${found}`
  return {
    kind: 'refused',
    code: 'VERSION_CONFLICT',
    message: `Expected version ${expected}, ${now}: read again and decide again.`,
    field: ['expectedVersion'],
    retryable: true,
  }
}

/** The race was lost as often as it may be. */
export function contended(attempts: number): RefusedCommand {
  return {
    kind: 'refused',
    code: 'VERSION_CONFLICT',
    message: `Others changed it ${attempts} times while this was decided: send the same command again.`,
    retryable: true,
  }
}

export function commandIdReused(): RefusedCommand {
  return {
    kind: 'refused',
    code: 'COMMAND_ID_REUSED',
    message:
      'This commandId was used for another request: make a new one for each thing to be done, and repeat it for retries only.',
    field: ['commandId'],
    retryable: false,
  }
}

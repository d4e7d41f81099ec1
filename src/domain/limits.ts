import { isCountry } from './countries.js'
import { refuse } from './decision.js'
import type { Refusal } from './message.js'

/**
 * The limits of what a caller may write, apart from any rule about an order, a customer or a product.
 *
 * Each check takes the value and its path in the input, and answers with an INVALID_INPUT refusal, or undefined where the value is fine.
 * Characters are Unicode code points. The refusals tell lengths, never the value: names and addresses are personal, and messages are logged.
 */

export const MAX_TEXT_CHARACTERS = 200
export const MAX_REASON_CHARACTERS = 500
export const MAX_ID_CHARACTERS = 128

/** A text of people: a name, a line of an address, a tracking number. */
export function checkText(value: string, field: readonly string[]): Refusal | undefined {
  return checkLength(value, MAX_TEXT_CHARACTERS, field) ?? checkWritable(value, field)
}

/** Why something was done, in a caller's words. */
export function checkReason(value: string, field: readonly string[]): Refusal | undefined {
  return checkLength(value, MAX_REASON_CHARACTERS, field) ?? checkWritable(value, field)
}

/** An id that the caller chose: of an order, a customer or a product. */
export function checkId(value: string, field: readonly string[]): Refusal | undefined {
  return checkLength(value, MAX_ID_CHARACTERS, field) ?? checkPrintable(value, field)
}

/** A country, ISO 3166-1 alpha-2 in upper case. */
export function checkCountry(value: string, field: readonly string[]): Refusal | undefined {
  if (isCountry(value)) return undefined
  return refuse(
    'INVALID_INPUT',
    `Expected ${name(field)} to be a country code of ISO 3166-1 alpha-2 in upper case, like "US", found another text.`,
    field,
  )
}

/** An e-mail address as far as a look at it can tell: one @ with text on both sides and no white space. Only a letter proves more. */
export function checkEmail(value: string, field: readonly string[]): Refusal | undefined {
  const faulty = checkText(value, field)
  if (faulty) return faulty
  if (/^[^@\s]+@[^@\s]+$/u.test(value)) return undefined
  return refuse(
    'INVALID_INPUT',
    `Expected ${name(field)} to be an e-mail address like "ada@example.com", found a text without exactly one @ between two parts.`,
    field,
  )
}

function checkLength(value: string, maxCharacters: number, field: readonly string[]): Refusal | undefined {
  // A code point is one or two code units: a text of more than twice the limit needs no counting, however long it is.
  const characters = value.length > maxCharacters * 2 ? undefined : [...value].length
  if (characters !== undefined && characters >= 1 && characters <= maxCharacters) return undefined
  const found = characters === undefined ? 'many more' : String(characters)
  return refuse(
    'INVALID_INPUT',
    `Expected ${name(field)} to have 1 to ${maxCharacters} characters, found ${found}.`,
    field,
  )
}

/** Refuses what PostgreSQL cannot keep in JSON (NUL, half a surrogate pair), other control characters, and texts with nothing to see in them. */
function checkWritable(value: string, field: readonly string[]): Refusal | undefined {
  if (/\p{Cs}|(?![\t\n\r])\p{Cc}/u.test(value)) {
    return refuse(
      'INVALID_INPUT',
      `Expected ${name(field)} to be Unicode text without control characters, found some: leave them out.`,
      field,
    )
  }
  if (/\S/u.test(value)) return undefined
  return refuse('INVALID_INPUT', `Expected ${name(field)} to say something, found white space only.`, field)
}

/** Ids stand in links, logs and tickets: what cannot be seen (control, format, line separators) would make two ids look alike. */
function checkPrintable(value: string, field: readonly string[]): Refusal | undefined {
  if (!/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(value) && /\S/u.test(value)) return undefined
  return refuse(
    'INVALID_INPUT',
    `Expected ${name(field)} to be made of printable characters, found others or white space only: use letters, digits and hyphens.`,
    field,
  )
}

function name(field: readonly string[]): string {
  return field.join('.')
}

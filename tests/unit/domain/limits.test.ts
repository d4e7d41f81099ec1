import { describe, expect, it } from 'vitest'
import { checkCountry, checkEmail, checkId, checkReason, checkText } from '../../../src/domain/limits.js'
import type { Refusal } from '../../../src/domain/message.js'

const FIELD = ['shippingAddress', 'city']
type Check = (value: string, field: readonly string[]) => Refusal | undefined

const verdict = (check: Check, value: string) => check(value, FIELD)?.code ?? 'fine'

describe.each<[string, Check, readonly string[], readonly string[]]>([
  [
    'a text',
    checkText,
    ['a', 'x'.repeat(200), '😀'.repeat(200), 'Zürich', '東京', 'two\nlines', "Robert'); DROP TABLE", '0'],
    [
      '',
      'x'.repeat(201),
      '😀'.repeat(201),
      'x'.repeat(1_000_000),
      ' ',
      '\t\n',
      'a\u0000b',
      'a\u001bb',
      '\ud800',
      'a\udc00',
    ],
  ],
  ['a reason', checkReason, ['a', 'x'.repeat(500), '😀'.repeat(500)], ['', 'x'.repeat(501), ' ', 'a\u0000b', '\ud800']],
  [
    'an id',
    checkId,
    ['a', 'x'.repeat(128), '😀'.repeat(128), 'US-2014/7 b', 'ü', '"', "'"],
    ['', 'x'.repeat(129), ' ', 'a\nb', 'a\u0000', 'a\u007f', 'a\u200bb', 'a\u202eb', 'a\u2028b', '\ud800', '\udc00a'],
  ],
  ['a country', checkCountry, ['US', 'DE', 'SS', 'CW'], ['', 'us', 'USA', 'UK', 'EU', 'XK', 'XX', 'AN', ' US', 'US ']],
  [
    'an e-mail address',
    checkEmail,
    ['ada@example.com', 'a@b', 'o’hara+x@xn--bcher-kva.example', 'ü@例え.jp'],
    ['', 'ada', '@', 'ada@', '@example.com', 'a@b@c', 'a b@c', 'a@b\n', ` @ `, `${'x'.repeat(200)}@b`, 'a\u0000@b'],
  ],
])('%s', (_, check, fine, refused) => {
  it.each(fine.map((value) => [value]))('may be %j', (value) => {
    expect(verdict(check, value)).toBe('fine')
  })

  it.each(refused.map((value) => [value]))('may not be %j', (value) => {
    expect(verdict(check, value)).toBe('INVALID_INPUT')
  })
})

it('a refusal names the field and both limits, and never repeats the value', () => {
  for (const check of [checkText, checkReason, checkId, checkEmail, checkCountry]) {
    const refusal = check('secret\u0000'.repeat(80), FIELD)
    expect(refusal?.field).toEqual(FIELD)
    expect(refusal?.message).toMatch(/^Expected shippingAddress\.city to .+, found .+\.$/)
    expect(refusal?.message).not.toContain('secret')
  }
  expect(checkText('x'.repeat(201), FIELD)?.message).toBe(
    'Expected shippingAddress.city to have 1 to 200 characters, found 201.',
  )
})

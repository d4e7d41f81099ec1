import { describe, expect, it } from 'vitest'
import { BrokenSeal, PersonalDataCipher } from '../../../src/contract/personalData.js'

const personal = { name: 'Ada Lovelace', email: 'ada@example.com' }

describe('PersonalDataCipher', () => {
  it('opens what it sealed, and shows nothing of it meanwhile', () => {
    const cipher = new PersonalDataCipher(['master'])
    const key = cipher.unwrap(cipher.newWrappedKey())
    const sealed = cipher.seal(key, 'event-1', personal)
    expect(sealed).not.toContain('Ada')
    expect(Buffer.from(sealed, 'base64url').toString('latin1')).not.toContain('Ada')
    expect(cipher.open(key, 'event-1', sealed)).toEqual(personal)
  })

  it('refuses a sealed text of another event, of another customer, changed, or cut', () => {
    const cipher = new PersonalDataCipher(['master'])
    const key = cipher.unwrap(cipher.newWrappedKey())
    const sealed = cipher.seal(key, 'event-1', personal)
    const changed = `${sealed.slice(0, 20)}${sealed[20] === 'A' ? 'B' : 'A'}${sealed.slice(21)}`
    expect(() => cipher.open(key, 'event-2', sealed)).toThrow(BrokenSeal)
    expect(() => cipher.open(cipher.unwrap(cipher.newWrappedKey()), 'event-1', sealed)).toThrow(BrokenSeal)
    expect(() => cipher.open(key, 'event-1', changed)).toThrow(BrokenSeal)
    expect(() => cipher.open(key, 'event-1', sealed.slice(0, 10))).toThrow(BrokenSeal)
  })

  it('unwraps keys of every master key in the list, wraps with the first, and names the one that is missing', () => {
    const wrapped = new PersonalDataCipher(['old']).newWrappedKey()
    const rotated = new PersonalDataCipher(['new', 'old'])
    expect(rotated.unwrap(wrapped).symmetricKeySize).toBe(32)
    expect(() => new PersonalDataCipher(['old']).unwrap(rotated.newWrappedKey())).toThrow(/PERSONAL_DATA_KEY/)
  })
})

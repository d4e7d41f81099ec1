import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CustomerCommand } from '../../../../src/domain/customer/commands.js'
import { decideCustomer } from '../../../../src/domain/customer/decide.js'
import type { CustomerEvent } from '../../../../src/domain/customer/events.js'
import { evolveCustomer, initialCustomer } from '../../../../src/domain/customer/evolve.js'
import type { CustomerState } from '../../../../src/domain/customer/state.js'
import { type Aggregate, given } from '../../../support/given.js'

const customer: Aggregate<CustomerState, CustomerCommand, CustomerEvent> = {
  initial: initialCustomer,
  decide: decideCustomer,
  evolve: evolveCustomer,
}

const customerId = 'c-1'
const metadata = { occurredAt: '2026-03-01T12:00:00.000Z' }
const contact = { name: 'Ada Lovelace', email: 'ada@example.com' }

const register: CustomerCommand = { type: 'RegisterCustomer', data: { customerId, ...contact }, metadata }
const changeContact = (data: { readonly name?: string; readonly email?: string }): CustomerCommand => ({
  type: 'ChangeCustomerContact',
  data: { customerId, ...data },
  metadata,
})
const forget: CustomerCommand = { type: 'ForgetCustomer', data: { customerId, reason: 'asked to' }, metadata }

const registered: CustomerEvent = { type: 'CustomerRegistered', data: { contact }, metadata }
const contactChanged = (changed: Partial<typeof contact>): CustomerEvent => ({
  type: 'CustomerContactChanged',
  data: { contact: changed },
  metadata,
})
const forgotten: CustomerEvent = { type: 'CustomerForgotten', data: { reason: 'asked to' }, metadata }

const field = ['customerId']
const says = ['"c-1"']

describe('a customer who is not there yet', () => {
  it('is registered', () => given(customer).whenThen(register, registered))
  it('has no contact to change', () => {
    given(customer).whenRefused(changeContact({ name: 'Ada' }), 'UNKNOWN_CUSTOMER', { field, says })
  })
  it('cannot be forgotten', () => {
    given(customer).whenRefused(forget, 'UNKNOWN_CUSTOMER', { field, says })
  })
})

describe('a registered customer', () => {
  const there = given(customer, registered)

  it('is registered once', () => {
    there.whenRefused(register, 'CUSTOMER_ALREADY_EXISTS', { field, says })
  })

  it.each([[{ name: 'Ada King' }], [{ email: 'king@example.com' }], [{ name: 'Ada King', email: 'king@example.com' }]])(
    'changes only what is given: %j',
    (changed) => there.whenThen(changeContact(changed), contactChanged(changed)),
  )

  it('refuses a change of nothing', () => {
    there.whenRefused(changeContact({}), 'INVALID_INPUT')
  })

  it('is forgotten', () => there.whenThen(forget, forgotten))
})

describe('a forgotten customer', () => {
  it.each([register, changeContact({ name: 'Ada' }), changeContact({}), forget])('refuses $type', (command) => {
    given(customer, registered, forgotten).whenRefused(command, 'CUSTOMER_FORGOTTEN', { field, says })
  })
})

it('no refusal repeats personal data', () => {
  const commands = [register, changeContact({ name: contact.name }), forget]
  for (const history of [[], [registered], [registered, forgotten]]) {
    const state = history.reduce(evolveCustomer, initialCustomer)
    expect(
      JSON.stringify(
        commands.map((command) => decideCustomer(command, state)).filter((each) => each.kind === 'refusal'),
      ),
    ).not.toMatch(/Ada|example/)
  }
})

it.each([
  [[], contactChanged({ name: 'Ada' })],
  [[], forgotten],
  [[registered], registered],
  [[registered, forgotten], registered],
  [[registered, forgotten], contactChanged({ name: 'Ada' })],
  [[registered, forgotten], forgotten],
])('an event that cannot follow is a fault of the log: %#', (history, event) => {
  const state = history.reduce(evolveCustomer, initialCustomer)
  expect(() => evolveCustomer(state, event)).toThrow(
    expect.objectContaining({ name: 'ImpossibleEvent', found: state.status }),
  )
})

it('for any sequence of commands, a customer goes from NONE to REGISTERED to FORGOTTEN and never back', () => {
  const ranks = ['NONE', 'REGISTERED', 'FORGOTTEN']
  const command = fc.constantFrom(register, changeContact({ name: 'Ada' }), changeContact({}), forget)
  fc.assert(
    fc.property(fc.array(command, { maxLength: 12 }), (commands) => {
      let state = initialCustomer
      for (const each of commands) {
        const decision = decideCustomer(each, state)
        if (decision.kind === 'refusal') continue
        const after = evolveCustomer(state, decision.event)
        expect(state.status).not.toBe('FORGOTTEN')
        expect(ranks.indexOf(after.status)).toBe(
          ranks.indexOf(state.status) + (decision.event.type === 'CustomerContactChanged' ? 0 : 1),
        )
        state = after
      }
    }),
  )
})

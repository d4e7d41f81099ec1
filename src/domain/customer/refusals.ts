import { refuse } from '../decision.js'
import type { Refusal } from '../message.js'

const FIELD = ['customerId']

export function unknownCustomer(customerId: string): Refusal {
  return refuse(
    'UNKNOWN_CUSTOMER',
    `Expected a registered customer, found none with id "${customerId}": register the customer first.`,
    FIELD,
  )
}

export function customerForgotten(customerId: string): Refusal {
  return refuse(
    'CUSTOMER_FORGOTTEN',
    `Expected a customer who may be written about, found that "${customerId}" was forgotten, which is for good: use another customer id.`,
    FIELD,
  )
}

export function customerAlreadyExists(customerId: string): Refusal {
  return refuse(
    'CUSTOMER_ALREADY_EXISTS',
    `Expected a new customer id, found that "${customerId}" is registered: use another id, or change the contact of this one.`,
    FIELD,
  )
}

export function nothingToChange(): Refusal {
  return refuse('INVALID_INPUT', 'Expected a new name, a new e-mail address or both, found neither: give at least one.')
}

import { accept } from '../decision.js'
import type { Decision } from '../message.js'
import { unreachable } from '../unreachable.js'
import type { ChangeCustomerContact, CustomerCommand, ForgetCustomer, RegisterCustomer } from './commands.js'
import type { Contact, CustomerEvent } from './events.js'
import { customerAlreadyExists, customerForgotten, nothingToChange, unknownCustomer } from './refusals.js'
import type { CustomerState } from './state.js'

/** What a command to a customer leads to. NONE → REGISTERED → FORGOTTEN, and nothing leads back. */
export function decideCustomer(command: CustomerCommand, state: CustomerState): Decision<CustomerEvent> {
  switch (command.type) {
    case 'RegisterCustomer':
      return register(command, state)
    case 'ChangeCustomerContact':
      return changeContact(command, state)
    case 'ForgetCustomer':
      return forget(command, state)
    default:
      return unreachable(command)
  }
}

function register({ data, metadata }: RegisterCustomer, state: CustomerState): Decision<CustomerEvent> {
  if (state.status === 'REGISTERED') return customerAlreadyExists(data.customerId)
  if (state.status === 'FORGOTTEN') return customerForgotten(data.customerId)
  return accept({ type: 'CustomerRegistered', data: { contact: { name: data.name, email: data.email } }, metadata })
}

function changeContact({ data, metadata }: ChangeCustomerContact, state: CustomerState): Decision<CustomerEvent> {
  if (state.status === 'NONE') return unknownCustomer(data.customerId)
  if (state.status === 'FORGOTTEN') return customerForgotten(data.customerId)
  if (data.name === undefined && data.email === undefined) return nothingToChange()
  const contact: Partial<Contact> = {
    ...(data.name !== undefined && { name: data.name }),
    ...(data.email !== undefined && { email: data.email }),
  }
  return accept({ type: 'CustomerContactChanged', data: { contact }, metadata })
}

function forget({ data, metadata }: ForgetCustomer, state: CustomerState): Decision<CustomerEvent> {
  if (state.status === 'NONE') return unknownCustomer(data.customerId)
  if (state.status === 'FORGOTTEN') return customerForgotten(data.customerId)
  return accept({ type: 'CustomerForgotten', data: { reason: data.reason }, metadata })
}

import { ImpossibleEvent } from '../impossibleEvent.js'
import { unreachable } from '../unreachable.js'
import type { CustomerEvent } from './events.js'
import type { CustomerState } from './state.js'

export const initialCustomer: CustomerState = { status: 'NONE' }

/** The customer after one more event. Throws ImpossibleEvent. */
export function evolveCustomer(state: CustomerState, event: CustomerEvent): CustomerState {
  switch (event.type) {
    case 'CustomerRegistered':
      if (state.status !== 'NONE') throw new ImpossibleEvent(event.type, state.status)
      return { status: 'REGISTERED' }
    case 'CustomerContactChanged':
      if (state.status !== 'REGISTERED') throw new ImpossibleEvent(event.type, state.status)
      return state
    case 'CustomerForgotten':
      if (state.status !== 'REGISTERED') throw new ImpossibleEvent(event.type, state.status)
      return { status: 'FORGOTTEN' }
    default:
      return unreachable(event)
  }
}

import { ImpossibleEvent } from '../impossibleEvent.js'
import { unreachable } from '../unreachable.js'
import type { ProductEvent } from './events.js'
import type { ProductState } from './state.js'

export const initialProduct: ProductState = { status: 'NONE' }

/** The product after one more event. Throws ImpossibleEvent. */
export function evolveProduct(state: ProductState, event: ProductEvent): ProductState {
  switch (event.type) {
    case 'ProductAdded':
      if (state.status !== 'NONE') throw new ImpossibleEvent(event.type, state.status)
      return {
        status: 'LISTED',
        name: event.data.name,
        category: event.data.category,
        unitPrice: event.data.unitPrice,
        onHand: event.data.onHand,
      }
    case 'ProductPriceChanged':
      if (state.status === 'NONE') throw new ImpossibleEvent(event.type, state.status)
      return { ...state, name: event.data.name, unitPrice: event.data.unitPrice }
    case 'InventoryUpdated':
      if (state.status === 'NONE') throw new ImpossibleEvent(event.type, state.status)
      return { ...state, onHand: event.data.onHand }
    default:
      return unreachable(event)
  }
}

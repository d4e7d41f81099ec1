import { expect, it } from 'vitest'
import { evolveOrder, initialOrder } from '../../../src/domain/order/evolve.js'
import { unreachable } from '../../../src/domain/unreachable.js'

it('names what nobody handled, and not its data', () => {
  expect(() => unreachable('blue' as never)).toThrow('found "blue"')
  expect(() => unreachable({ name: 'Ada' } as never)).toThrow('found an object without a type')
  const unknown = { type: 'OrderSplit', data: { name: 'Ada' }, metadata: { occurredAt: '' } } as never
  expect(() => evolveOrder(initialOrder, unknown)).toThrow('found the type "OrderSplit".')
})

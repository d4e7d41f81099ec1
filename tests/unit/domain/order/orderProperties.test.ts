import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CatalogueEntry, OrderCommand } from '../../../../src/domain/order/commands.js'
import { decideOrder } from '../../../../src/domain/order/decide.js'
import type { OrderEvent } from '../../../../src/domain/order/events.js'
import { evolveOrder, initialOrder } from '../../../../src/domain/order/evolve.js'
import type { ExistingOrder, OrderState } from '../../../../src/domain/order/state.js'
import { ADDRESS, day } from './orderFixture.js'

/** One granted command: the order before and after, and the event between. */
interface Step {
  readonly command: OrderCommand
  readonly before: OrderState
  readonly event: OrderEvent
  readonly after: ExistingOrder
}

const sku = fc.constantFrom('a', 'b', 'c')
const amountMinor = fc.oneof(
  { weight: 6, arbitrary: fc.bigInt({ min: 0n, max: 3_000n }) },
  { weight: 1, arbitrary: fc.bigInt({ min: -2n, max: 9_007_199_254_740_991n }) },
)
const currency = fc.oneof({ weight: 12, arbitrary: fc.constant('USD') }, { weight: 1, arbitrary: fc.constant('JPY') })
const quantity = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 1, max: 20 }) },
  { weight: 1, arbitrary: fc.constantFrom(-1, 0, 500_000, 1_000_000, 1_000_001) },
)
const requestedLine = fc.record({ sku, quantity })
const price = fc.oneof(fc.constantFrom(0n, 999n, 1_000n), fc.bigInt({ min: 1n, max: 9_007_199_254_740_991n }))
/** Prices move between commands, and products may be missing. */
const catalogue = fc
  .array(fc.tuple(sku, fc.record({ amountMinor: price, currency })), { minLength: 2, maxLength: 6 })
  .map((products): ReadonlyMap<string, CatalogueEntry> => {
    return new Map(products.map(([id, unitPrice]) => [id, { name: `Product ${id}`, unitPrice }]))
  })
const customer = fc.oneof(
  { weight: 10, arbitrary: fc.constant('registered' as const) },
  { weight: 1, arbitrary: fc.constantFrom('unknown' as const, 'forgotten' as const) },
)

const metadata = day(1)
const orderId = 'o-1'
const create = fc
  .record({ items: fc.array(requestedLine, { maxLength: 4 }), customer, catalogue })
  .map(({ items, ...facts }): OrderCommand => {
    return {
      type: 'CreateOrder',
      data: { orderId, customerId: 'c-1', items, shippingAddress: ADDRESS, facts },
      metadata,
    }
  })
const change: fc.Arbitrary<OrderCommand> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ item: requestedLine, catalogue }).map(({ item, ...facts }): OrderCommand => {
      return { type: 'AddOrderItem', data: { orderId, item, facts }, metadata }
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ amountMinor, currency }).map((amount): OrderCommand => {
      return { type: 'RecordPayment', data: { orderId, amount, reference: 'r' }, metadata }
    }),
  },
  {
    weight: 4,
    arbitrary: fc.constantFrom<OrderCommand[]>(
      { type: 'ConfirmOrder', data: { orderId }, metadata },
      { type: 'ShipOrder', data: { orderId, trackingNumber: 'T-1' }, metadata },
      { type: 'DeliverOrder', data: { orderId }, metadata },
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constant<OrderCommand>({ type: 'CancelOrder', data: { orderId, reason: 'r' }, metadata }),
  },
  { weight: 1, arbitrary: create },
)
/** Begins with a creation that is likely to be granted: a sequence on no order shows little. */
const sequence = fc
  .tuple(fc.array(create, { minLength: 1, maxLength: 3 }), fc.array(change, { maxLength: 40 }))
  .map(([creations, changes]) => [...creations, ...changes])

/** Runs the commands one after the other, as the log would take them. */
function run(commands: readonly OrderCommand[]): readonly Step[] {
  const steps: Step[] = []
  let state: OrderState = initialOrder
  for (const command of commands) {
    const decision = decideOrder(command, state)
    if (decision.kind === 'refusal') continue
    const after = evolveOrder(state, decision.event)
    steps.push({ command, before: state, event: decision.event, after })
    state = after
  }
  return steps
}

function holdsAfterEachStep(check: (step: Step, earlier: readonly Step[]) => void) {
  fc.assert(
    fc.property(sequence, (commands) => {
      const steps = run(commands)
      for (const [index, step] of steps.entries()) check(step, steps.slice(0, index))
    }),
    { numRuns: 500 },
  )
}

/** The rule in its own words, apart from the code that is tested. */
const LEGAL_STEPS: ReadonlySet<string> = new Set([
  'CreateOrder: NONE to PENDING',
  'AddOrderItem: PENDING to PENDING',
  'RecordPayment: PENDING to PENDING',
  'RecordPayment: CONFIRMED to CONFIRMED',
  'RecordPayment: SHIPPED to SHIPPED',
  'RecordPayment: DELIVERED to DELIVERED',
  'ConfirmOrder: PENDING to CONFIRMED',
  'ShipOrder: CONFIRMED to SHIPPED',
  'DeliverOrder: SHIPPED to DELIVERED',
  'CancelOrder: PENDING to CANCELLED',
  'CancelOrder: CONFIRMED to CANCELLED',
  'CancelOrder: SHIPPED to CANCELLED',
])

const FORWARD = ['NONE', 'PENDING', 'CONFIRMED', 'SHIPPED', 'DELIVERED', 'CANCELLED']

/** What a granted command adds to the price of the order, by the catalogue that it was decided with. */
function priceOf({ data, type }: OrderCommand): bigint {
  if (type !== 'CreateOrder' && type !== 'AddOrderItem') return 0n
  const requested = 'items' in data ? data.items : [data.item]
  return requested.reduce((sum, each) => {
    return sum + (data.facts.catalogue.get(each.sku)?.unitPrice.amountMinor ?? 0n) * BigInt(each.quantity)
  }, 0n)
}

describe('for any sequence of commands', () => {
  it('versions are dense: n granted commands are n events, which fold to the state after each', () => {
    holdsAfterEachStep(({ event, after }, earlier) => {
      const events = [...earlier.map((step) => step.event), event]
      expect(events).toHaveLength(earlier.length + 1)
      expect(events.reduce<OrderState>(evolveOrder, initialOrder)).toEqual(after)
    })
  })

  it('the total is the sum of the lines, and of what was ordered at the prices of the time', () => {
    holdsAfterEachStep(({ command, after }, earlier) => {
      const lines = after.items.reduce((sum, each) => sum + each.unitPrice.amountMinor * BigInt(each.quantity), 0n)
      expect(after.total.amountMinor).toBe(lines)
      const ordered = [...earlier.map((step) => step.command), command].reduce((sum, each) => sum + priceOf(each), 0n)
      expect(after.total.amountMinor).toBe(ordered)
    })
  })

  it('the total is within its limits and in one currency with every line and payment', () => {
    holdsAfterEachStep(({ after }) => {
      const { total, paid, items } = after
      expect(total.amountMinor).toBeGreaterThanOrEqual(total.currency === 'USD' ? 1_000n : 10n)
      expect(total.amountMinor).toBeLessThanOrEqual(9_007_199_254_740_991n)
      expect(new Set([total.currency, paid.currency, ...items.map((each) => each.unitPrice.currency)]).size).toBe(1)
    })
  })

  it('no two lines have the same sku and price, and quantities are 1 to 1,000,000', () => {
    holdsAfterEachStep(({ after }) => {
      const keys = after.items.map((each) => `${each.sku} ${each.unitPrice.amountMinor}`)
      expect(new Set(keys).size).toBe(keys.length)
      expect(after.items.length).toBeGreaterThan(0)
      for (const each of after.items) {
        expect(each.quantity).toBeGreaterThanOrEqual(1)
        expect(each.quantity).toBeLessThanOrEqual(1_000_000)
      }
    })
  })

  it('what is paid only grows, is the sum of the payments, and never exceeds the total', () => {
    holdsAfterEachStep(({ before, event, after }) => {
      const earlier = before.status === 'NONE' ? 0n : before.paid.amountMinor
      const payment = event.type === 'PaymentProcessed' ? event.data.amount.amountMinor : 0n
      expect(after.paid.amountMinor).toBe(earlier + payment)
      expect(payment > 0n || event.type !== 'PaymentProcessed').toBe(true)
      expect(after.paid.amountMinor).toBeLessThanOrEqual(after.total.amountMinor)
    })
  })

  it('every step is a legal one', () => {
    holdsAfterEachStep(({ command, before, after }) => {
      expect(LEGAL_STEPS).toContain(`${command.type}: ${before.status} to ${after.status}`)
    })
  })

  it('the status never goes back, and nothing follows a cancellation', () => {
    holdsAfterEachStep(({ before, after }) => {
      expect(FORWARD.indexOf(after.status)).toBeGreaterThanOrEqual(FORWARD.indexOf(before.status))
      expect(before.status).not.toBe('CANCELLED')
    })
  })

  it('all legal steps are met: the sequences reach every state', () => {
    const met = new Set<string>()
    // A fixed seed: this looks at the sequences above, not at the code.
    for (const commands of fc.sample(sequence, { numRuns: 2_000, seed: 1 })) {
      for (const { command, before, after } of run(commands))
        met.add(`${command.type}: ${before.status} to ${after.status}`)
    }
    expect(met).toEqual(LEGAL_STEPS)
  })
})

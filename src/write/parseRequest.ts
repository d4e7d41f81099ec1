import { randomUUIDv7 } from 'node:crypto'
import type { CustomerCommand } from '../domain/customer/commands.js'
import { isRefusal, refuse } from '../domain/decision.js'
import { checkCountry, checkEmail, checkId, checkReason, checkText } from '../domain/limits.js'
import type { Refusal } from '../domain/message.js'
import { type Money, type MoneyFault, parseMoney } from '../domain/money.js'
import type { OrderCommand, OrderFacts } from '../domain/order/commands.js'
import type { ProductCommand } from '../domain/product/commands.js'
import type {
  CustomerRequest,
  OrderRequest,
  ProductRequest,
  RequestedAddress,
  RequestedMoney,
} from './commandRequests.js'

/** What a handler needs to carry out a request: whose stream, what to look up, and the command once that is known. */
export interface CommandPlan<Command> {
  /** The aggregate's own id. */
  readonly id: string
  /** The customer whose status the decision asks for. */
  readonly customerId?: string
  /** The products of which the decision asks name and price. */
  readonly skus: readonly string[]
  readonly command: (facts: OrderFacts) => Command
}

type Metadata = { readonly occurredAt: string }

export function planOrder(request: OrderRequest, metadata: Metadata): CommandPlan<OrderCommand> | Refusal {
  const id = request.orderId ?? randomUUIDv7()
  const faulty = checkId(id, ['orderId']) ?? checkOrderFields(request)
  if (faulty) return faulty
  switch (request.type) {
    case 'CreateOrder': {
      const { customerId, items, shippingAddress } = request
      return {
        id,
        customerId,
        skus: items.map((item) => item.sku),
        command: (facts) => ({
          type: 'CreateOrder',
          data: { orderId: id, customerId, items, shippingAddress: addressOf(shippingAddress), facts },
          metadata,
        }),
      }
    }
    case 'AddOrderItem': {
      const { item } = request
      return {
        id,
        skus: [item.sku],
        command: (facts) => ({ type: 'AddOrderItem', data: { orderId: id, item, facts }, metadata }),
      }
    }
    case 'RecordPayment': {
      const amount = moneyOf(request.amount, ['amount'])
      if (isRefusal(amount)) return amount
      const { reference } = request
      return fixed(id, { type: 'RecordPayment', data: { orderId: id, amount, reference }, metadata })
    }
    case 'ConfirmOrder':
      return fixed(id, { type: 'ConfirmOrder', data: { orderId: id }, metadata })
    case 'ShipOrder':
      return fixed(id, { type: 'ShipOrder', data: { orderId: id, trackingNumber: request.trackingNumber }, metadata })
    case 'DeliverOrder':
      return fixed(id, { type: 'DeliverOrder', data: { orderId: id }, metadata })
    case 'CancelOrder':
      return fixed(id, { type: 'CancelOrder', data: { orderId: id, reason: request.reason }, metadata })
  }
}

export function planCustomer(request: CustomerRequest, metadata: Metadata): CommandPlan<CustomerCommand> | Refusal {
  const id = request.customerId ?? randomUUIDv7()
  const faulty = checkId(id, ['customerId']) ?? checkCustomerFields(request)
  if (faulty) return faulty
  const { type: _, customerId: __, ...fields } = request
  return fixed(id, { type: request.type, data: { ...fields, customerId: id }, metadata } as CustomerCommand)
}

export function planProduct(request: ProductRequest, metadata: Metadata): CommandPlan<ProductCommand> | Refusal {
  const { sku } = request
  const faulty = checkId(sku, ['sku'])
  if (faulty) return faulty
  switch (request.type) {
    case 'AddProduct': {
      const { name, category, onHand } = request
      const unitPrice = moneyOf(request.unitPrice, ['unitPrice'])
      const unfit = checkText(name, ['name']) ?? (category === null ? undefined : checkText(category, ['category']))
      if (unfit) return unfit
      if (isRefusal(unitPrice)) return unitPrice
      return fixed(sku, { type: 'AddProduct', data: { sku, name, category, unitPrice, onHand }, metadata })
    }
    case 'ChangeProductPrice': {
      const unitPrice = moneyOf(request.unitPrice, ['unitPrice'])
      if (isRefusal(unitPrice)) return unitPrice
      return fixed(sku, { type: 'ChangeProductPrice', data: { sku, unitPrice }, metadata })
    }
    case 'UpdateInventory': {
      const { setOnHand, adjustBy, reason } = request
      const unfit = checkReason(reason, ['reason'])
      if (unfit) return unfit
      if ((setOnHand === undefined) === (adjustBy === undefined)) {
        const found = setOnHand === undefined ? 'neither' : 'both'
        return refuse(
          'INVALID_INPUT',
          `Expected either setOnHand or adjustBy, found ${found}: give the counted stock, or its change.`,
          ['setOnHand'],
        )
      }
      const change = setOnHand === undefined ? { adjustBy: adjustBy ?? 0 } : { setOnHand }
      return fixed(sku, { type: 'UpdateInventory', data: { sku, change, reason }, metadata })
    }
  }
}

function fixed<Command>(id: string, command: Command): CommandPlan<Command> {
  return { id, skus: [], command: () => command }
}

function checkOrderFields(request: OrderRequest): Refusal | undefined {
  switch (request.type) {
    case 'CreateOrder':
      return (
        checkId(request.customerId, ['customerId']) ??
        checkAddress(request.shippingAddress) ??
        firstOf(request.items.entries(), ([index, item]) => checkId(item.sku, ['items', String(index), 'sku']))
      )
    case 'AddOrderItem':
      return checkId(request.item.sku, ['item', 'sku'])
    case 'RecordPayment':
      return checkText(request.reference, ['reference'])
    case 'ShipOrder':
      return checkText(request.trackingNumber, ['trackingNumber'])
    case 'CancelOrder':
      return checkReason(request.reason, ['reason'])
    case 'ConfirmOrder':
    case 'DeliverOrder':
      return undefined
  }
}

function checkCustomerFields(request: CustomerRequest): Refusal | undefined {
  if (request.type === 'ForgetCustomer') return checkReason(request.reason, ['reason'])
  const { name, email } = request
  return (
    (name === undefined ? undefined : checkText(name, ['name'])) ??
    (email === undefined ? undefined : checkEmail(email, ['email']))
  )
}

function checkAddress(address: RequestedAddress): Refusal | undefined {
  const texts = (['line1', 'line2', 'city', 'region', 'postalCode'] as const).values()
  return (
    firstOf(texts, (name) => {
      const text = address[name]
      return text === null ? undefined : checkText(text, ['shippingAddress', name])
    }) ?? checkCountry(address.country, ['shippingAddress', 'country'])
  )
}

function firstOf<Item>(items: Iterable<Item>, check: (item: Item) => Refusal | undefined): Refusal | undefined {
  for (const item of items) {
    const refusal = check(item)
    if (refusal) return refusal
  }
  return undefined
}

function addressOf({ line1, line2, city, region, postalCode, country }: RequestedAddress) {
  return { personal: { line1, line2, city, postalCode }, region, country }
}

const MONEY_FAULTS: { readonly [Fault in MoneyFault]: (money: RequestedMoney) => string } = {
  'unknown-currency': () => 'Expected a currency of ISO 4217 that one can pay in, like "USD", found another text',
  'not-a-decimal': () => 'Expected an exact decimal number like "19.90", found another text',
  'too-many-decimals': ({ currency }) => `Expected an amount with no more decimals than ${currency} has, found more`,
  'too-large': () => 'Expected an amount of at most 9007199254740991 minor units, found a larger one',
}

function moneyOf(money: RequestedMoney, field: readonly string[]): Money | Refusal {
  const parsed = parseMoney(money.amount, money.currency)
  if (!('fault' in parsed)) return parsed
  const part = parsed.fault === 'unknown-currency' ? 'currency' : 'amount'
  return refuse('INVALID_INPUT', `${MONEY_FAULTS[parsed.fault](money)}.`, [...field, part])
}

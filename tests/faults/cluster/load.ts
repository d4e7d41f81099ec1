import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { createClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import { postOperation } from '../../support/client.js'

/** A command that the service has answered for, after as many tries as it took. */
export interface Acknowledged {
  readonly commandId: string
  readonly streamId: string
  readonly version: number
  readonly token: string
}

/** What `projectionCompleted` said of a token: one outcome, or more, which would be a fault. */
export interface Notified {
  readonly token: string
  readonly outcomes: readonly string[]
}

export interface LoadResult {
  readonly acknowledged: readonly Acknowledged[]
  readonly notified: readonly Notified[]
}

export interface LoadOptions {
  /** In front of every id, so that several loads share a service and nothing else. */
  readonly name: string
  /** GraphQL addresses of the gateways. A try that fails is repeated at the next one. */
  readonly urls: () => readonly string[]
  readonly commands: number
  /** Called once, when this many commands are acknowledged. */
  readonly middle?: { readonly at: number; readonly happens: () => Promise<void> }
}

const CLIENTS = 8
const RETRY_PAUSE_MS = 100
/** Longer than any server stays away here. */
const GIVE_UP_MS = 90_000
/** The longest that projectionCompleted waits. */
const NOTIFY_TIMEOUT_MS = 60_000

const REGISTER = `mutation ($input: RegisterCustomerInput!) { registerCustomer(input: $input) { receipt { streamId version token } userErrors { code } } }`
const ADD_PRODUCT = `mutation ($input: AddProductInput!) { addProduct(input: $input) { receipt { streamId version token } userErrors { code } } }`
const CREATE = `mutation ($input: CreateOrderInput!) { createOrder(input: $input) { receipt { streamId version token } userErrors { code } } }`
const PAY = `mutation ($input: RecordPaymentInput!) { recordPayment(input: $input) { receipt { streamId version token } userErrors { code } } }`
const CONFIRM = `mutation ($input: ConfirmOrderInput!) { confirmOrder(input: $input) { receipt { streamId version token } userErrors { code } } }`
const RENAME = `mutation ($input: ChangeCustomerContactInput!) { changeCustomerContact(input: $input) { receipt { streamId version token } userErrors { code } } }`
const COMPLETED = `subscription ($token: ConsistencyToken!) { projectionCompleted(token: $token, timeoutMs: ${NOTIFY_TIMEOUT_MS}) { status } }`
const ADDRESS = { line1: 'High Street 1', city: 'Henderson', region: 'Kentucky', postalCode: '42420', country: 'US' }

/**
 * Apps that place, pay and confirm orders, rename customers, and wait for each write to be visible; they repeat what was not answered under
 * the same command id, as the README tells apps to. Rejects when a command is refused or not answered for too long.
 */
export async function runLoad({ name, urls, commands, middle }: LoadOptions): Promise<LoadResult> {
  const sku = `${name}-chair`
  const acknowledged: Acknowledged[] = []
  const notifications: Promise<Notified>[] = []
  let reached: Promise<void> | undefined

  const send = async (query: string, stream: 'order' | 'customer' | 'product', input: object): Promise<void> => {
    const commandId = randomUUID()
    const { streamId, version, token } = await untilAnswered(urls, query, { ...input, commandId })
    acknowledged.push({ commandId, streamId: `${stream}-${streamId}`, version, token })
    notifications.push(notification(urls, token))
    if (middle && acknowledged.length >= middle.at) reached ??= middle.happens()
  }

  await send(ADD_PRODUCT, 'product', {
    sku,
    name: 'Oak Chair',
    unitPrice: { amount: '20.00', currency: 'USD' },
    onHand: 1_000,
  })
  await Promise.all(
    Array.from({ length: CLIENTS }, async (_, client) => {
      const customerId = `${name}-${client}`
      await send(REGISTER, 'customer', { customerId, name: `Name ${client}`, email: `${client}@example.com` })
      for (let n = 0; acknowledged.length < commands; n++) {
        const orderId = `${name}-${client}-${n}`
        await send(CREATE, 'order', {
          orderId,
          customerId,
          items: [{ sku, quantity: 1 + (n % 3) }],
          shippingAddress: ADDRESS,
        })
        await send(PAY, 'order', { orderId, amount: { amount: '20.00', currency: 'USD' }, reference: 'transfer' })
        await send(CONFIRM, 'order', { orderId })
        if (n % 5 === 4) await send(RENAME, 'customer', { customerId, name: `Name ${client} after ${n}` })
      }
    }),
  )
  await reached
  return { acknowledged, notified: await Promise.all(notifications) }
}

async function untilAnswered(
  urls: () => readonly string[],
  query: string,
  input: object,
): Promise<{ readonly streamId: string; readonly version: number; readonly token: string }> {
  const giveUpAt = performance.now() + GIVE_UP_MS
  for (let attempt = 0; ; attempt++) {
    const url = urls()[attempt % urls().length]
    if (!url) throw new Error('Expected at least one gateway.')
    const fault = await postOperation(url, { query, variables: { input } }).then(
      ({ body }) => {
        const [payload] = Object.values(body.data ?? {}) as [Payload?]
        if (payload?.receipt) return payload.receipt
        const refusal = payload?.userErrors.map(({ code }) => code).join()
        if (refusal && refusal !== 'VERSION_CONFLICT') throw new Refused(`${query} was refused: ${refusal}`)
        return new Error(JSON.stringify(body.errors ?? refusal))
      },
      (error: unknown) => error,
    )
    if (typeof fault === 'object' && fault !== null && 'token' in fault) return fault as NonNullable<Payload['receipt']>
    if (performance.now() > giveUpAt) throw new Error(`Not answered for ${GIVE_UP_MS} ms: ${query}`, { cause: fault })
    await delay(RETRY_PAUSE_MS)
  }
}

interface Payload {
  readonly receipt: { readonly streamId: string; readonly version: number; readonly token: string } | null
  readonly userErrors: readonly { readonly code: string }[]
}

/** Retrying would not help: the load itself is wrong, or the service. */
class Refused extends Error {}

/** A subscription whose connection breaks is begun again elsewhere, as a client does; one that is answered is not. */
async function notification(urls: () => readonly string[], token: string): Promise<Notified> {
  const giveUpAt = performance.now() + GIVE_UP_MS
  for (let attempt = 0; ; attempt++) {
    const url = urls()[attempt % urls().length] ?? ''
    const client = createClient({ url: url.replace(/^http/, 'ws'), webSocketImpl: WebSocket, retryAttempts: 0 })
    const outcomes: string[] = []
    try {
      for await (const { data, errors } of client.iterate<{ projectionCompleted: { status: string } }>({
        query: COMPLETED,
        variables: { token },
      })) {
        outcomes.push(data?.projectionCompleted.status ?? JSON.stringify(errors))
      }
      return { token, outcomes }
    } catch (error) {
      if (outcomes.length > 0) return { token, outcomes }
      if (performance.now() > giveUpAt) throw new Error(`No outcome for ${GIVE_UP_MS} ms`, { cause: error })
      await delay(RETRY_PAUSE_MS)
    } finally {
      await client.dispose()
    }
  }
}

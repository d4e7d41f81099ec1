import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DocumentWrite } from '../../src/read/documentStore.js'
import type { Generation } from '../../src/read/generationRegistry.js'
import { ADMIN_PROGRAM, environmentOf, runAdmin } from '../support/adminProcess.js'
import type { Client } from '../support/client.js'
import { eventually } from '../support/eventually.js'
import { type OpenedInstallation, openInstallation } from '../support/openInstallation.js'
import { describeInBothProfiles } from '../support/profiles.js'
import type { ServiceUnderTest } from '../support/service.js'
import { orderChanged } from './operations.js'
import { accepted, PACE_MS, Shop } from './shop.js'

const TEST_TIMEOUT_MS = 180_000
const WRITERS = 32
/** Where what is killed counts, not the load. */
const FEW_WRITERS = 4
const READERS = 6
/** Of the orders that are written. */
const FOLLOWED = 4
const DRIFTED = 5
/** What the documents of the first generation say, and what the log does. */
const [OLD_TOTAL, TRUE_TOTAL] = ['12345.00', '20.00']

const RECORD_PAYMENT = /* GraphQL */ `
  mutation ($orderId: ID!, $commandId: ID!) {
    recordPayment(input: { orderId: $orderId, commandId: $commandId, reference: "load", amount: { amount: "1.00", currency: "USD" } }) {
      receipt { token version }
      userErrors { code message }
    }
  }
`
const ORDER = /* GraphQL */ `
  query ($id: ID!, $token: ConsistencyToken!) {
    order(id: $id, atLeast: $token, waitMs: 10000) { version totalAmount { amount } }
  }
`
const DRIFTED_ORDER = /* GraphQL */ `
  query ($id: ID!, $filter: OrderFilter) {
    order(id: $id) { totalAmount { amount } }
    orders(first: 100, filter: $filter) { edges { node { id totalAmount { amount } } } }
  }
`

interface DriftedAnswer {
  readonly order: { readonly totalAmount: { readonly amount: string } }
  readonly orders: { readonly edges: readonly { readonly node: { readonly id: string } }[] }
}

describeInBothProfiles((startService) => {
  let service: ServiceUnderTest
  let shop: Shop

  beforeAll(async () => {
    service = await startService()
    shop = await Shop.open(service.client)
  })
  afterAll(() => service.stop())

  const admin = (...args: readonly string[]) => runAdmin(environmentOf(service.config), ...args)

  /** Of the generation that readers see, or of the one beside it. Returns its number. */
  async function spoilTotals(ids: readonly string[], which: 'live' | 'beside'): Promise<number> {
    const installation = await openInstallation(service.config)
    try {
      const beside = await generationBeside(installation)
      const generation = which === 'beside' && beside ? beside.number : installation.generation
      const { documents } = await installation.generations.open(generation)
      const writes = [...(await documents.get('orders', ids)).values()].map(
        ({ document, revision }): DocumentWrite => ({
          projection: 'orders',
          document: { ...document, totalMinor: 1_234_500 },
          expected: revision,
        }),
      )
      const results = await documents.write(writes)
      expect(results.filter(({ kind }) => kind === 'written')).toHaveLength(ids.length)
      await documents.makeSearchable()
      return generation
    } finally {
      await installation.close()
    }
  }

  /** Orders whose documents of now show a total that no event says. */
  async function driftedOrders(): Promise<readonly string[]> {
    const own = await Shop.open(service.client)
    const placed = await Promise.all(Array.from({ length: DRIFTED }, () => own.order()))
    for (const { id, token } of placed) await service.client.request(ORDER, { id, token } as never)
    const ids = placed.map(({ id }) => id)
    await spoilTotals(ids, 'live')
    // What the cache remembers is as it was.
    await eventually(async () => {
      const answers = (await Promise.all(
        ids.map((id) => service.client.request(DRIFTED_ORDER, { id } as never)),
      )) as DriftedAnswer[]
      return answers.every(({ order }) => order.totalAmount.amount === OLD_TOTAL)
    })
    return ids
  }

  it(
    'INV-12 REPLAY-EQUAL: rebuilt is live, while writes go on; no query fails, mixes generations, or goes back',
    async () => {
      const drifted = await driftedOrders()
      await using load = await Load.start(service.client, shop, drifted)
      await load.isRunning()
      const rebuilt = await admin('rebuild', 'orders', '--json')
      expect(rebuilt).toMatchObject({ code: 0 })
      expect(JSON.parse(rebuilt.stdout)).toMatchObject({ generation: 2, kept: 1 })
      await load.isRunning()
      await eventually(() => load.everybodySees(TRUE_TOTAL), 20_000)
      expect(load.faults).toEqual([])
      expect(await admin('verify')).toMatchObject({ code: 0 })

      expect(await admin('rebuild', 'all')).toMatchObject({
        code: 1,
        stdout: '',
        stderr: expect.stringContaining(
          'Expected no generation beside the live one, found 1, kept from the last rebuild',
        ),
      })
      load.expectGoingBack()
      expect(await admin('rebuild', '--back')).toMatchObject({
        code: 0,
        stdout: expect.stringContaining('Generation 1 is live'),
      })
      await eventually(() => load.everybodySees(OLD_TOTAL), 20_000)
      await load.isRunning()
      expect(load.faults).toEqual([])
      expect(await admin('rebuild', '--drop')).toMatchObject({ code: 0, stdout: 'Generation 2 is deleted.\n' })
      await load.isRunning()
      expect(load.faults).toEqual([])
      await load.stop()
      const repaired = await admin('verify', '--repair')
      expect(repaired.stdout).toContain(`${DRIFTED} differ, ${DRIFTED} repaired, 0 left.`)
    },
    TEST_TIMEOUT_MS,
  )

  describe('killed', () => {
    it(
      'INV-12 REPLAY-EQUAL: at each step in turn, goes on with --resume, and nobody notices',
      async () => {
        await using load = await Load.start(service.client, shop, [], FEW_WRITERS)
        await load.isRunning()
        await killedAt(environmentOf(service.config), ['all'], 'Filling')
        for (const step of ['Waiting', 'Comparing', 'Switching']) {
          // Visible, with whatever generation.
          await load.isRunning()
          await killedAt(environmentOf(service.config), ['all', '--resume'], step)
        }
        // A switch that was cut off is brought to an end by the projectors.
        await load.isRunning()
        const resumed = await admin('rebuild', 'all', '--resume')
        const wasSwitched = resumed.stderr.includes('kept from the last rebuild')
        if (!wasSwitched) expect(resumed).toMatchObject({ code: 0 })
        await load.isRunning()
        expect(load.faults).toEqual([])
        await load.stop()
        expect(await admin('verify')).toMatchObject({ code: 0 })
        expect(await admin('rebuild', '--drop')).toMatchObject({ code: 0 })
      },
      TEST_TIMEOUT_MS,
    )

    it(
      'INV-12 REPLAY-EQUAL: on the way back, and while it deletes; each is done by saying it again',
      async () => {
        expect(await admin('rebuild', 'all')).toMatchObject({ code: 0 })
        await using load = await Load.start(service.client, shop, [], FEW_WRITERS)
        await load.isRunning()
        await killedAt(environmentOf(service.config), ['--back'], 'Switching')
        await load.isRunning()
        expect(await admin('rebuild', '--back')).toMatchObject({ code: 0 })
        const installation = await openInstallation(service.config)
        try {
          await killedAt(environmentOf(service.config), ['--drop'], () => isBeingDropped(installation))
        } finally {
          await installation.close()
        }
        expect(await admin('rebuild', 'all')).toMatchObject({
          code: 1,
          stderr: expect.stringContaining('go on with --resume, or give it up with --drop'),
        })
        expect(await admin('rebuild', '--drop')).toMatchObject({ code: 0 })
        await load.isRunning()
        expect(load.faults).toEqual([])
        await load.stop()
        expect(await admin('verify')).toMatchObject({ code: 0 })
      },
      TEST_TIMEOUT_MS,
    )
  })

  it(
    'does not switch to what differs from the log, and says where; who has a sample compared takes the rest on trust',
    async () => {
      const { id, token } = await shop.order()
      const seenTotal = async () => {
        const { order } = (await service.client.request(ORDER, { id, token } as never)) as DriftedAnswer
        return order.totalAmount.amount
      }
      expect(await seenTotal()).toBe(TRUE_TOTAL)
      await killedAt(environmentOf(service.config), ['all'], 'Comparing')
      const spoiled = await spoilTotals([id], 'beside')

      const compared = await admin('rebuild', 'all', '--resume')
      expect(compared).toMatchObject({
        code: 3,
        stdout: expect.stringMatching(
          new RegExp(`^orders order-${id} differs.*totalMinor is 1234500, expected 2000\n$`),
        ),
        stderr: expect.stringMatching(/found 1 documents.*nothing was switched.*--resume.*--drop/s),
      })
      expect(await seenTotal()).toBe(TRUE_TOTAL)

      const sampled = await admin('rebuild', 'all', '--resume', '--sample', '1000000', '--json')
      expect(sampled).toMatchObject({ code: 0 })
      expect(JSON.parse(sampled.stdout)).toMatchObject({ generation: spoiled, documentsCompared: 1 })
      await eventually(async () => (await seenTotal()) === OLD_TOTAL)
      expect(await admin('rebuild', '--back')).toMatchObject({ code: 0 })
      await eventually(async () => (await seenTotal()) === TRUE_TOTAL)
      expect(await admin('rebuild', '--drop')).toMatchObject({ code: 0 })
    },
    TEST_TIMEOUT_MS,
  )

  it(
    'refuses what cannot be, in words',
    async () => {
      expect(await admin('rebuild', 'invoices')).toMatchObject({
        code: 2,
        stderr: expect.stringContaining(
          'Expected one of orders, orderTimelines, customers, products, all, found "invoices"',
        ),
      })
      expect(await admin('rebuild', 'all', '--resume')).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('Expected a rebuild to go on with, found none'),
      })
      expect(await admin('rebuild', '--back')).toMatchObject({ code: 1 })
      expect(await admin('rebuild', '--drop')).toMatchObject({ code: 1 })
      const both = await Promise.all([admin('rebuild', 'all'), admin('rebuild', 'all')])
      expect(both.map(({ code }) => code).sort()).toEqual([0, 1])
      expect(both.map(({ stderr }) => stderr).join()).toMatch(/another rebuild at work|beside the live one/)
      expect(await admin('rebuild', '--drop')).toMatchObject({ code: 0 })
    },
    TEST_TIMEOUT_MS,
  )
})

/** The generation that readers do not see. */
async function generationBeside({ registry }: OpenedInstallation): Promise<Generation | undefined> {
  return (await registry.list()).find(({ state }) => state !== 'live')
}

async function isBeingDropped(installation: OpenedInstallation): Promise<boolean> {
  return (await generationBeside(installation))?.state === 'filling'
}

/** Begins a rebuild and kills it as soon as it says that it has come to this step, or the condition holds. */
async function killedAt(
  env: Readonly<Record<string, string>>,
  args: readonly string[],
  step: string | (() => Promise<boolean>),
): Promise<void> {
  const { PATH = '', HOME = '' } = process.env
  const child = spawn(process.execPath, [ADMIN_PROGRAM, 'rebuild', ...args], {
    env: { PATH, HOME, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    said += chunk
    if (typeof step === 'string' && said.includes(step)) child.kill('SIGKILL')
  })
  const ended = Promise.all([once(child, 'close'), text(child.stderr)])
  if (typeof step !== 'string') {
    await eventually(async () => child.exitCode !== null || (await step()))
    child.kill('SIGKILL')
  }
  const [[, signal]] = await ended
  if (signal !== 'SIGKILL') throw new Error(`Expected to kill it at "${String(step)}", but it had ended:\n${said}`)
}

/**
 * Writers who change orders of their own, and read each change; who follows some of these; readers of orders that nobody changes, whose documents
 * differ between generations.
 */
class Load implements AsyncDisposable {
  /** What must never be seen. */
  readonly faults: string[] = []
  readonly #client: Client
  readonly #stopping = new AbortController()
  #running: Promise<unknown> = Promise.resolve()
  #writes = 0
  #reads = 0
  #told = 0
  readonly #writers: number
  readonly #readers: number
  /** By reader: the total that was seen last. */
  readonly #seen = new Map<number, string>()
  #older = OLD_TOTAL
  #newer = TRUE_TOTAL

  /** drifted: what the readers read; where there is none, nobody does. */
  static async start(client: Client, shop: Shop, drifted: readonly string[], writers = WRITERS): Promise<Load> {
    const load = new Load(client, writers, drifted.length > 0 ? READERS : 0)
    const placed = await Promise.all(Array.from({ length: writers }, () => shop.order(1_000)))
    load.#running = Promise.all([
      ...placed.map(({ id }) => load.#until(() => load.#write(id))),
      ...placed.slice(0, FOLLOWED).map(({ id }) => load.#follow(id)),
      ...Array.from({ length: load.#readers }, (_, reader) => load.#until(() => load.#read(reader, drifted))),
    ])
    return load
  }

  private constructor(client: Client, writers: number, readers: number) {
    this.#client = client
    this.#writers = writers
    this.#readers = readers
  }

  /** Returns when everybody has done some more. */
  async isRunning(): Promise<void> {
    const [writes, reads, told] = [this.#writes, this.#reads, this.#told]
    await eventually(() => {
      if (this.faults.length > 0) throw new Error(this.faults.join('\n'))
      const hasRead = this.#readers === 0 || this.#reads > reads + 2 * this.#readers
      return hasRead && this.#writes > writes + 2 * this.#writers && this.#told > told + 2 * FOLLOWED
    }, 60_000)
  }

  everybodySees(total: string): boolean {
    return this.#seen.size === this.#readers && [...this.#seen.values()].every((seen) => seen === total)
  }

  /** From now on the older generation's documents are the newer ones. */
  expectGoingBack(): void {
    ;[this.#older, this.#newer] = [this.#newer, this.#older]
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#running
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  async #until(work: () => Promise<void>): Promise<void> {
    while (!this.#stopping.signal.aborted && this.faults.length < 5) {
      try {
        await work()
      } catch (error) {
        this.faults.push(String(error))
      }
      await delay(PACE_MS)
    }
  }

  async #write(orderId: string): Promise<void> {
    const answer = (await this.#client.request(RECORD_PAYMENT, {
      orderId,
      commandId: crypto.randomUUID(),
    } as never)) as {
      recordPayment: { receipt: { token: string; version: number } | null; userErrors: [] }
    }
    const { token, version } = accepted(answer.recordPayment)
    const found = (await this.#client.request(ORDER, { id: orderId, token } as never)) as { order: { version: number } }
    if (found.order.version < version) {
      this.faults.push(`${orderId} was shown at ${found.order.version} after ${version}`)
    }
    this.#writes += 1
  }

  /** Live: each change is told, in order, whatever generation it became visible in. */
  async #follow(orderId: string): Promise<void> {
    const changes = this.#client.subscribe(orderChanged, { orderId })
    this.#stopping.signal.addEventListener('abort', () => void changes.return?.(), { once: true })
    let last: number | undefined
    for await (const { data, errors } of changes) {
      const version = data?.orderChanged.version
      if (version === undefined || (last !== undefined && version !== last + 1)) {
        this.faults.push(`who follows ${orderId} was told of ${version ?? JSON.stringify(errors)} after ${last}`)
      }
      last = version
      this.#told += 1
    }
  }

  /** By id and in a list, in one request and from one request to the next: once the newer generation was seen, the older one is not. */
  async #read(reader: number, drifted: readonly string[]): Promise<void> {
    const id = drifted[reader % drifted.length] ?? ''
    const filter = { minTotal: OLD_TOTAL, currency: 'USD' }
    const answer = (await this.#client.request(DRIFTED_ORDER, { id, filter } as never)) as DriftedAnswer
    const listed = answer.orders.edges.filter(({ node }) => drifted.includes(node.id)).length
    if (listed !== 0 && listed !== drifted.length) this.faults.push(`a list showed ${listed} of ${drifted.length}`)
    const seen = answer.order.totalAmount.amount
    const before = this.#seen.get(reader)
    if (before === this.#newer && seen === this.#older) this.faults.push(`reader ${reader} saw ${seen} after ${before}`)
    this.#seen.set(reader, seen)
    this.#reads += 1
  }
}

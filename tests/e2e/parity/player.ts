import type { Client } from '../../support/client.js'
import type { Past, Step } from './steps.js'

const DAY_MS = 86_400_000
/** How far estimatedDelivery is from the command that set it. */
const DAYS_AHEAD = [0, 3, 5]
/** Alone, or in a sentence. */
const INSTANTS = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g
const DAY = /^\d{4}-\d\d-\d\d$/
/** What differs between two services that behave alike: secrets are in it, or random ids. */
const OPAQUE = new Set(['token', 'cursor', 'startCursor', 'endCursor', 'traceId'])
/** As long as an answer may take to be on every list. */
const VISIBLE_WITHIN_MS = 10_000

/** Plays commands and queries against one service, and writes its answers so that those of two services can be compared. */
export class Player implements Past {
  readonly #client: Client
  readonly #windows: { readonly began: number; readonly ended: number }[] = []
  readonly #tokens = new Map<string, string>()

  constructor(client: Client) {
    this.#client = client
  }

  /** One at a time: each begins in a millisecond of its own, so that an instant in an answer tells which command it is of. */
  async command({ operation, variables }: Step): Promise<unknown> {
    const last = this.#windows.at(-1)?.ended ?? 0
    while (Date.now() <= last) await new Promise(setImmediate)
    const began = Date.now()
    const answer = await this.#client.execute(operation, variables(this))
    this.#windows.push({ began, ended: Date.now() })
    for (const receipt of Object.values(answer.data ?? {}).map(receiptOf)) {
      if (receipt) this.#tokens.set(receipt.streamId, receipt.token)
    }
    return this.#comparable(answer)
  }

  async query({ operation, variables }: Step): Promise<unknown> {
    return this.#comparable(await this.#client.execute(operation, variables(this)))
  }

  /** Returns when lists, search and statistics show every accepted command. */
  async untilVisible(): Promise<void> {
    const look =
      'query ($token: ConsistencyToken, $waitMs: Int) { orderStatistics(atLeast: $token, waitMs: $waitMs) { orders } }'
    for (const token of this.#tokens.values()) {
      await this.#client.request<unknown, Record<string, unknown>>(look, { token, waitMs: VISIBLE_WITHIN_MS })
    }
  }

  commandBegan(n: number): string {
    const window = this.#windows[n]
    if (!window) throw new Error(`Expected command ${n} to be played, found ${this.#windows.length} of them.`)
    return new Date(window.began).toISOString()
  }

  tokenOf(id: string): string | null {
    return this.#tokens.get(id) ?? null
  }

  #comparable(value: unknown, name?: string): unknown {
    if (Array.isArray(value)) return value.map((each) => this.#comparable(each))
    if (value !== null && typeof value === 'object') {
      return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, this.#comparable(each, key)]))
    }
    if (typeof value !== 'string') return value
    if (name !== undefined && OPAQUE.has(name)) return 'opaque'
    // Made by the server where the script gave none.
    if (name === 'commandId' && !value.startsWith('command-')) return 'made by the server'
    if (DAY.test(value)) return `day ${this.#dayOf(value)}`
    return value.replaceAll(INSTANTS, (instant) => this.#commandOf(Date.parse(instant)) ?? instant)
  }

  #commandOf(instant: number): string | undefined {
    for (const days of DAYS_AHEAD) {
      const at = instant - days * DAY_MS
      const n = this.#windows.findIndex(({ began, ended }) => began <= at && at <= ended)
      if (n !== -1) return `command ${n} + ${days} days`
    }
    // A command's answer comes before its window is known.
    const openFrom = this.#windows.at(-1)?.ended ?? 0
    return DAYS_AHEAD.map((days) =>
      instant - days * DAY_MS > openFrom ? `this command + ${days} days` : undefined,
    ).find((text) => text !== undefined)
  }

  /** Counted from the day of the first command. */
  #dayOf(day: string): number {
    const first = this.#windows[0]
    return first ? (Date.parse(day) - Date.parse(new Date(first.began).toISOString().slice(0, 10))) / DAY_MS : 0
  }
}

function receiptOf(payload: unknown): { readonly streamId: string; readonly token: string } | undefined {
  return (payload as { receipt?: { streamId: string; token: string } | null } | null)?.receipt ?? undefined
}

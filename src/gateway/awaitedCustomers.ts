import type { OrderDocument } from '../contract/documents.js'
import { streamIdOf } from '../contract/streams.js'
import type { StreamVersion } from '../read/index.js'

export interface AwaitedWrite {
  readonly target: StreamVersion
  /** How long the caller is willing to wait for it, on the clock of `performance.now`. */
  readonly until: number
}

/** The writes that one request has waited for, as far as its orders may fall short of them: a customer's is shown by each of their orders. */
export class AwaitedCustomers {
  readonly #byStream = new Map<string, AwaitedWrite>()

  add(write: AwaitedWrite): void {
    const { streamId, version } = write.target
    if ((this.#byStream.get(streamId)?.target.version ?? 0) < version) this.#byStream.set(streamId, write)
  }

  /** What this order does not show. */
  missingIn(order: OrderDocument): AwaitedWrite | undefined {
    const write = this.#byStream.get(streamIdOf('customer', order.customerId))
    return write && order.customerVersion < write.target.version ? write : undefined
  }
}

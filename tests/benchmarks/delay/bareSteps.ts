import { Client } from 'pg'
import type { OrderDocument } from '../../../src/contract/documents.js'
import { BareConnections } from '../append/bareConnections.js'

/** The two durable steps that no order can do without, each alone on a connection of its own: one event in, one document out. */
export class BareSteps {
  readonly #log: BareConnections
  readonly #documents: Client

  private constructor(log: BareConnections, documents: Client) {
    this.#log = log
    this.#documents = documents
  }

  /** databaseUrl: of a log with read models that nobody projects. */
  static async open(databaseUrl: string): Promise<BareSteps> {
    const documents = new Client({ connectionString: databaseUrl })
    await documents.connect()
    return new BareSteps(await BareConnections.open(databaseUrl, 1), documents)
  }

  /** Milliseconds. */
  async append(): Promise<number> {
    const startedAt = performance.now()
    await this.#log.append(0)
    return performance.now() - startedAt
  }

  /** Milliseconds. */
  async upsert(document: OrderDocument): Promise<number> {
    const startedAt = performance.now()
    await this.#documents.query({
      name: 'upsert',
      text: `INSERT INTO read.orders (id, revision, document) VALUES ($1, 1, $2)
             ON CONFLICT (id) DO UPDATE SET document = EXCLUDED.document`,
      values: [document.id, JSON.stringify(document)],
    })
    return performance.now() - startedAt
  }

  async close(): Promise<void> {
    await Promise.all([this.#log.close(), this.#documents.end()])
  }
}

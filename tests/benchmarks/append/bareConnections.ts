import { Client } from 'pg'
import { operationsPerSecond } from '../closedLoop.js'
import { newAppend, storedMetadata } from './sampleAppends.js'

const INSERT = `
  INSERT INTO events (era, stream_id, stream_category, stream_version, type, schema_version, data, principal, command_id, metadata)
  VALUES ((SELECT era FROM installation), $1, $2, $3, $4, $5, $6, $7, $8, $9)`

/** As many connections as clients, each with the insert as a named statement: one event, one commit. */
export class BareConnections {
  readonly #connections: readonly Client[]

  private constructor(connections: readonly Client[]) {
    this.#connections = connections
  }

  static async open(databaseUrl: string, clients: number): Promise<BareConnections> {
    const connections = Array.from({ length: clients }, () => new Client({ connectionString: databaseUrl }))
    await Promise.all(connections.map((connection) => connection.connect()))
    return new BareConnections(connections)
  }

  appendsPerSecond(seconds: number): Promise<number> {
    return operationsPerSecond(this.#connections.length, seconds, (client) => this.append(client))
  }

  /** One event on the connection of that number, durable when it returns. */
  async append(client: number): Promise<void> {
    const event = newAppend()
    await this.#connections[client]?.query({
      name: 'append',
      text: INSERT,
      values: [
        event.streamId,
        event.streamCategory,
        event.streamVersion,
        event.type,
        event.schemaVersion,
        JSON.stringify(event.data),
        event.principal,
        event.commandId,
        JSON.stringify(storedMetadata(event)),
      ],
    })
  }

  async close(): Promise<void> {
    await Promise.all(this.#connections.map((connection) => connection.end()))
  }
}

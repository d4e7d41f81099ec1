import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { isPartName, type PartName } from './part.js'

export interface StackDoor {
  readonly url: string
  close(): Promise<void>
}

/**
 * Where the processes that run test files ask the process that holds the stack: `GET /<part>` answers with the part's address as soon as it
 * runs, or with status 503 and the reason why it does not.
 */
export async function openStackDoor(address: (part: PartName) => Promise<string>): Promise<StackDoor> {
  const server = createServer(async (request, response) => {
    const part = request.url?.slice(1) ?? ''
    try {
      if (!isPartName(part)) throw new Error(`there is no part "${part}"`)
      response.end(await address(part))
    } catch (error) {
      response.writeHead(503).end(String(error))
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** The other side of the door. */
export async function askForPart(doorUrl: string, part: PartName): Promise<string> {
  const response = await fetch(`${doorUrl}/${part}`)
  const text = await response.text()
  if (!response.ok) throw new Error(`${part} of the run's stack does not run: ${text}`)
  return text
}

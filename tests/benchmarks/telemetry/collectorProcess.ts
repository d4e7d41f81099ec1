/** A process that takes what OpenTelemetry exports and throws it away. To its parent: its address, then for each message how many exports it took. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

let exports = 0
const server = createServer((request, response) => {
  request.resume().once('end', () => {
    exports++
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
  })
})
server.listen(0, '127.0.0.1')
await once(server, 'listening')
process.on('message', () => process.send?.(exports))
process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
await once(process, 'disconnect')
server.closeAllConnections()
server.close()

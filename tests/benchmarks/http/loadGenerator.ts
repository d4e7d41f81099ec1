/** A process that sends the load given as JSON in its first argument, reports to its parent, and ends. */
import autocannon from 'autocannon'
import type { HttpLoad, HttpLoadResult } from './httpLoad.js'

const load = JSON.parse(process.argv[2] ?? '') as HttpLoad

async function send({ url, body, expected, connections, until }: HttpLoad): Promise<HttpLoadResult> {
  const result = await autocannon({
    url,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
    connections,
    ...('seconds' in until ? { duration: until.seconds } : { amount: until.requests }),
    verifyBody: (answer) => answer.includes(expected),
  })
  const { '2xx': good, non2xx, errors, mismatches, duration } = result
  return non2xx + errors + mismatches > 0
    ? {
        fault: `found ${non2xx} with another status than 200, ${errors} broken and ${mismatches} without ${expected} beside ${good}`,
      }
    : { requestsPerSecond: good / duration }
}

process.send?.(await send(load), () => process.disconnect())

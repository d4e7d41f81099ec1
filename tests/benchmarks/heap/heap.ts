import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Bench, Benchmark, BenchmarkResult } from '../benchmark.js'
import { requestsPerSecond } from '../http/httpLoad.js'
import { untilProjected } from '../projectorLag.js'
import { openBenchmarkWriteSide } from '../service.js'
import { CREATE_ORDER, ORDER_CREATED, stockShop } from '../shop.js'

const FIRST = 10_000
const LAST = 100_000
const CLIENTS = 32
const SERVICE = fileURLToPath(new URL('serviceProcess.js', import.meta.url))

export const heap: Benchmark = {
  name: 'heap',
  title: `Heap after ${LAST.toLocaleString('en-US')} commands`,
  run,
}

async function run({ server, logger }: Bench): Promise<BenchmarkResult> {
  const databaseUrl = await server.createDatabase()
  const writeSide = await openBenchmarkWriteSide(databaseUrl, logger)
  await stockShop(writeSide.handlers)
  await writeSide.close()

  const service = fork(SERVICE, [databaseUrl], { execArgv: ['--expose-gc'] })
  try {
    const url = await nextMessage<string>(service)
    const heapAfter = async (requests: number): Promise<number> => {
      await requestsPerSecond({
        url,
        body: CREATE_ORDER,
        expected: ORDER_CREATED,
        connections: CLIENTS,
        until: { requests },
      })
      await untilProjected(url)
      service.send('collect')
      return nextMessage<number>(service)
    }
    const early = await heapAfter(FIRST)
    const late = await heapAfter(LAST - FIRST)
    return {
      comparisons: [
        {
          ours: { name: `heap in use after ${LAST.toLocaleString('en-US')} commands`, value: mebibytes(late) },
          reference: { name: `after ${FIRST.toLocaleString('en-US')}`, value: mebibytes(early) },
          ratio: late / early,
          goal: { is: 'at most', ratio: 1.1 },
        },
      ],
      notes: [
        'The whole service in one process, createOrder over HTTP; measured after collections, when everything is projected.',
      ],
    }
  } finally {
    const exited = once(service, 'exit')
    if (service.connected) service.disconnect()
    if (service.exitCode === null && service.signalCode === null) await exited
  }
}

/** Rejects when the process ends instead of saying something. */
async function nextMessage<Message>(child: ChildProcess): Promise<Message> {
  const ended = new AbortController()
  try {
    const [message] = await Promise.race([
      once(child, 'message', { signal: ended.signal }),
      once(child, 'exit', { signal: ended.signal }).then(() => {
        throw new Error('Expected the process of the service to answer, but it ended.')
      }),
    ])
    return message as Message
  } finally {
    ended.abort()
  }
}

function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`
}

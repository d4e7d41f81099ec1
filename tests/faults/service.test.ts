import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { postOperation } from '../support/client.js'
import { eventually } from '../support/eventually.js'
import { ServiceProcess } from '../support/serviceProcess.js'
import { discardDataDir, makeTestFolder } from '../support/throwAwayServer.js'

let folder: string
let dataDir: string
let processes: ServiceProcess[]

beforeEach(async () => {
  folder = await makeTestFolder()
  dataDir = join(folder, 'data')
  processes = []
})

afterEach(async () => {
  for (const each of processes) await each.kill()
  await discardDataDir(dataDir)
  await rm(folder, { recursive: true, force: true })
})

function start(env: Record<string, string> = {}): ServiceProcess {
  const started = new ServiceProcess({ DATA_DIR: dataDir, SAMPLE_DATA: 'none', ...env })
  processes.push(started)
  return started
}

async function ask(url: string, query: string, variables?: Record<string, unknown>): Promise<Record<string, unknown>> {
  const { body } = await postOperation(url, { query, variables })
  if (body.errors) throw new Error(JSON.stringify(body.errors))
  return body.data ?? {}
}

const ADD_PRODUCT = /* GraphQL */ `
  mutation ($sku: ID!, $commandId: ID) {
    addProduct(input: { sku: $sku, commandId: $commandId, name: "Chair", unitPrice: { amount: "20.00", currency: "USD" } }) {
      receipt { version token duplicate }
      userErrors { code }
    }
  }
`
const PRODUCT = /* GraphQL */ `
  query ($sku: ID!, $token: ConsistencyToken) {
    product(sku: $sku, atLeast: $token, waitMs: 10000) { version name }
  }
`

describe('the service as a process', () => {
  it('INV-21 DRAIN: ends cleanly on SIGINT within 10 seconds, PostgreSQL stopped', async () => {
    const service = start()
    await service.url()
    const postmaster = Number.parseInt(await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8'), 10)
    expect(() => process.kill(postmaster, 0)).not.toThrow()
    const stoppedAt = performance.now()
    service.signal('SIGINT')
    expect(await service.exited()).toBe(0)
    expect(performance.now() - stoppedAt).toBeLessThan(10_000)
    expect(() => process.kill(postmaster, 0)).toThrow()
  })

  it('loses nothing when it is killed in the middle of writing, and starts again by itself', async () => {
    const first = start()
    const url = await first.url()
    const acknowledged: { sku: string; token: string }[] = []
    const writers = Array.from({ length: 8 }, async (_, writer) => {
      for (let n = 0; ; n++) {
        const sku = `p-${writer}-${n}`
        const answer = (await ask(url, ADD_PRODUCT, { sku, commandId: `add-${sku}` })) as {
          addProduct: { receipt: { token: string } }
        }
        acknowledged.push({ sku, token: answer.addProduct.receipt.token })
      }
    })
    const ended = Promise.allSettled(writers)
    await eventually(() => acknowledged.length >= 200, 30_000)
    await first.kill()
    await ended

    const again = await start().url()
    for (const { sku, token } of acknowledged) {
      expect(await ask(again, PRODUCT, { sku, token })).toEqual({ product: { version: 1, name: 'Chair' } })
    }
    const repeat = await ask(again, ADD_PRODUCT, { sku: 'p-0-0', commandId: 'add-p-0-0' })
    expect(repeat).toMatchObject({ addProduct: { receipt: { version: 1, duplicate: true } } })
  })

  it('says in one line that the data directory is in use, and leaves the first one alone', async () => {
    const first = start()
    const url = await first.url()
    const second = start()
    expect(await second.exited()).toBe(1)
    expect(
      second.output
        .trim()
        .split('\n')
        .filter((line) => line.includes('in use')),
    ).toHaveLength(1)
    expect(second.output).not.toMatch(/^\s+at /m)
    expect(await ask(url, '{ products { totalCount } }')).toEqual({ products: { totalCount: 0 } })
  })

  it('says in one line that the port is in use, and stops the PostgreSQL it had started', async () => {
    const port = new URL(await start().url()).port
    const elsewhere = join(folder, 'elsewhere')
    const second = start({ DATA_DIR: elsewhere, PORT: port })
    expect(await second.exited()).toBe(1)
    expect(second.output).toContain(`Port ${port}`)
    expect(second.output).not.toMatch(/^\s+at /m)
    await expect(readFile(join(elsewhere, 'postgres', 'postmaster.pid'))).rejects.toThrow()
    await discardDataDir(elsewhere)
  })

  it('lists every fault of the environment and starts nothing', async () => {
    const service = start({ PORT: 'http', LOG_LEVEL: 'loud' })
    expect(await service.exited()).toBe(1)
    expect(service.output).toMatch(/PORT: .*\n.*LOG_LEVEL: /)
    expect(service.output).not.toMatch(/^\s+at /m)
  })
})

import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { cp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Client } from 'pg'
import { pino } from 'pino'
import { afterEach, describe, expect, it } from 'vitest'
import { startService } from '../../src/compose.js'
import { parseConfig } from '../../src/config.js'
import { runAdmin } from '../support/adminProcess.js'
import { connectClient } from '../support/client.js'
import { eventually } from '../support/eventually.js'
import { InstalledPostgres, type InstalledServer } from '../support/installedPostgres.js'
import { type ServiceUnderTest, startServiceOn } from '../support/service.js'
import { describeOnStack } from '../support/stack/onStack.js'
import { makeTestFolder } from '../support/throwAwayServer.js'
import { confirmOrder, orderById, ordersOf } from './operations.js'
import { accepted, Shop } from './shop.js'

type Environment = Readonly<Record<string, string>>
/** Puts a backup into the folder, and a new server on it. */
interface Way {
  take(postgres: InstalledPostgres, from: InstalledServer, folder: string): Promise<void>
  restore(postgres: InstalledPostgres, folder: string): Promise<InstalledServer>
}

const DUMP: Way = {
  take: (postgres, from, folder) =>
    postgres.tool('pg_dump', '--format=custom', `--file=${join(folder, 'log.dump')}`, `--dbname=${from.url}`),
  restore: async (postgres, folder) => {
    const server = await postgres.newServer()
    await postgres.tool('pg_restore', '--exit-on-error', `--dbname=${server.url}`, join(folder, 'log.dump'))
    return server
  },
}
const COPY_OF_FILES: Way = {
  take: (postgres, from, folder) =>
    postgres.tool('pg_basebackup', '--checkpoint=fast', `--pgdata=${join(folder, 'files')}`, `--dbname=${from.url}`),
  restore: (postgres, folder) =>
    postgres.serverOnCopy((cluster) => cp(join(folder, 'files'), cluster, { recursive: true })),
}

/** Two or three starts of everything, and servers. */
const TIMEOUT_MS = 120_000

const postgres = await InstalledPostgres.find()
const without = postgres ? '' : ' (without an installed PostgreSQL, server and tools: apt-get install postgresql)'

describe.skipIf(!postgres)(`the log restored into a new server${without}`, { timeout: TIMEOUT_MS }, () => {
  let releases: (() => Promise<void>)[] = []
  afterEach(async () => {
    for (const release of releases.reverse()) await release()
    releases = []
  })
  const kept = <Held>(held: Held, release: () => Promise<void>): Held => {
    releases.push(release)
    return held
  }
  const keepServer = async (starting: Promise<InstalledServer>) => {
    const server = await starting
    return kept(server, () => server.stop())
  }
  const secrets = {
    TOKEN_SECRET: randomBytes(32).toString('hex'),
    PERSONAL_DATA_KEY: randomBytes(32).toString('hex'),
  }
  const start = async (server: InstalledServer, env: Environment) => {
    const service = await startServiceOn(server.url, { ...secrets, ...env })
    let stopped: Promise<void> | undefined
    const stop = () => (stopped ??= service.stop())
    return kept({ ...service, stop }, stop)
  }

  /** A service that goes on after the backup was taken; what it does then is lost. Returns what is known of before and after. */
  async function liveThrough(way: Way, env: Environment) {
    const folder = await makeTestFolder()
    releases.push(() => rm(folder, { recursive: true, force: true }))
    const server = await keepServer(installed().newServer())
    await countTransactions(server, 5_000)
    const service = await start(server, env)
    const shop = await Shop.open(service.client)
    const before = await shop.order()
    await service.client.request(orderById, { ...before, waitMs: 10_000 })
    await way.take(installed(), server, folder)
    const confirmed = await confirm(service, before.id)
    const lost = await shop.order()
    await service.client.request(orderById, { id: before.id, token: confirmed, waitMs: 10_000 })
    await service.client.request(orderById, { ...lost, waitMs: 10_000 })
    await service.stop()
    return { before, lost, shop, restored: await keepServer(way.restore(installed(), folder)) }
  }

  /** It shows what the backup has, no more, and takes new commands, which their writers see. */
  async function expectToGoOn(
    service: ServiceUnderTest,
    { before, lost, shop }: Awaited<ReturnType<typeof liveThrough>>,
  ) {
    const { client } = service
    // Where everything is projected anew, that takes what it takes.
    await eventually(async () => (await client.request(orderById, { id: before.id })).order !== null, 20_000)
    const found = await client.request(orderById, { ...before, waitMs: 10_000 })
    expect(found.order).toMatchObject({ version: 1, status: 'PENDING', customerName: 'Ada Lovelace' })
    expect((await client.request(orderById, { id: lost.id })).order).toBeNull()

    const token = await confirm(service, before.id)
    const { order } = await client.request(orderById, { id: before.id, token, waitMs: 10_000 })
    expect(order).toMatchObject({
      version: 2,
      status: 'CONFIRMED',
      timeline: { nodes: [{ version: 1 }, { version: 2 }] },
    })
    const again = await shop.at(client).order()
    const { orders } = await client.request(ordersOf, { filter: { customerId: shop.customerId }, token: again.token })
    expect(orders.edges.map(({ node }) => node.id).toSorted()).toEqual([before.id, again.id].toSorted())
  }

  it.each([
    { name: 'a dump', way: DUMP, era: 2 },
    { name: 'a copy of the files', way: COPY_OF_FILES, era: 1 },
  ])('by $name, in the embedded profile: documents come with it, and it goes on', async ({ way, era }) => {
    const history = await liveThrough(way, {})
    const service = await start(history.restored, {})
    await expectToGoOn(service, history)
    expect(await erasOf(history.restored)).toEqual(era === 1 ? [1] : [1, era])
  })

  describeOnStack(['kafka', 'elasticsearch', 'redis'], 'in the cluster profile', (stack) => {
    /** Of which every other server knows nothing. */
    const anew = (name: string): Environment => ({
      ...stack.environment,
      KAFKA_PREFIX: `${stack.prefix}.${name}.`,
      ELASTICSEARCH_PREFIX: `${stack.prefix}-${name}-`,
    })

    it('by a dump: what was filled before is refused, other prefixes are filled from the log, and it goes on', async () => {
      const history = await liveThrough(DUMP, anew('dump'))
      await expect(start(history.restored, anew('dump'))).rejects.toThrow('restored from a backup')
      await expectToGoOn(await start(history.restored, anew('dump-anew')), history)
      expect(await erasOf(history.restored)).toEqual([1, 2])
    })

    it('by a copy of the files: the same, once an operator has said that it was restored', async () => {
      const history = await liveThrough(COPY_OF_FILES, anew('files'))
      await expect(start(history.restored, anew('files'))).rejects.toThrow(
        /put back to an earlier state.*admin -- restored/,
      )
      const environment = { ...secrets, ...anew('files'), DATABASE_URL: history.restored.url }
      const { code, stdout, stderr } = await runAdmin(environment, 'restored', '--yes')
      expect(stderr).toBe('')
      expect(stdout).toMatch(/begins era 2\./)
      expect(code).toBe(0)
      await expect(start(history.restored, anew('files'))).rejects.toThrow('restored from a backup')
      await expectToGoOn(await start(history.restored, anew('files-anew')), history)
      expect(await erasOf(history.restored)).toEqual([1, 2])
    })
  })
})

it('a copy of DATA_DIR has all that the embedded profile needs, secrets included', {
  timeout: TIMEOUT_MS,
}, async () => {
  const folder = await makeTestFolder()
  await using released = new AsyncDisposableStack()
  released.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }))
  const startOn = async (name: string) => {
    const config = parseConfig({ DATA_DIR: join(folder, name), PORT: '0', SAMPLE_DATA: 'none', LOG_LEVEL: 'warn' })
    const service = await startService(config, pino({ level: config.logLevel }), new AbortController().signal)
    const client = connectClient(service.url)
    const stop = async () => {
      await client.close()
      await service.stop()
    }
    return { client, stop }
  }
  const before = await startOn('before')
  released.defer(before.stop)
  const shop = await Shop.open(before.client)
  const placed = await shop.order()
  await before.stop()
  // With its owners: where root starts the service, PostgreSQL's files are of another account.
  await promisify(execFile)('cp', ['-a', join(folder, 'before'), join(folder, 'after')])

  const { client, stop } = await startOn('after')
  released.defer(stop)
  const { order } = await client.request(orderById, { ...placed, waitMs: 10_000 })
  expect(order).toMatchObject({ version: 1, customerName: 'Ada Lovelace' })
  const next = await shop.at(client).order()
  expect((await client.request(orderById, { ...next, waitMs: 10_000 })).order).toMatchObject({ id: next.id })
})

function installed(): InstalledPostgres {
  if (!postgres) throw new Error('The tests are skipped without it.')
  return postgres
}

async function confirm({ client }: ServiceUnderTest, orderId: string): Promise<string> {
  return accepted((await client.request(confirmOrder, { input: { orderId } })).confirmOrder).token
}

/** As if the server were old: its transaction ids are ahead of a new one's. */
async function countTransactions(server: InstalledServer, count: number): Promise<void> {
  await onDatabase(server, async (database) => {
    await database.query(
      `CREATE PROCEDURE burn() LANGUAGE plpgsql AS $$ BEGIN FOR i IN 1..${count} LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP; END $$`,
    )
    await database.query('CALL burn()')
    await database.query('DROP PROCEDURE burn')
  })
}

function erasOf(server: InstalledServer): Promise<readonly number[]> {
  return onDatabase(server, async (database) => {
    const { rows } = await database.query<{ era: number }>('SELECT DISTINCT era FROM events ORDER BY era')
    return rows.map(({ era }) => era)
  })
}

async function onDatabase<Result>(
  server: InstalledServer,
  work: (database: Client) => Promise<Result>,
): Promise<Result> {
  const database = new Client({ connectionString: server.url })
  await database.connect()
  try {
    return await work(database)
  } finally {
    await database.end()
  }
}

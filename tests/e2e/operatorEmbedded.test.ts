import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { runningServerUrl } from '../../src/embeddedPostgres/index.js'
import { runAdmin } from '../support/adminProcess.js'
import { type Client, connectClient } from '../support/client.js'
import { eventually } from '../support/eventually.js'
import { changeEventType, insertRawEvent, openSession } from '../support/rawLog.js'
import { ServiceProcess } from '../support/serviceProcess.js'
import { discardDataDir, makeTestFolder } from '../support/throwAwayServer.js'
import { Shop } from './shop.js'

/** Starts and stops of real servers, on a machine with other things to do. */
const TEST_TIMEOUT_MS = 120_000

let folder: string
let dataDir: string
let processes: ServiceProcess[]
let clients: Client[]

beforeEach(async () => {
  folder = await makeTestFolder()
  dataDir = join(folder, 'data')
  processes = []
  clients = []
})
afterEach(async () => {
  await Promise.all(clients.map((client) => client.close()))
  await Promise.all(processes.map((each) => each.kill()))
  await discardDataDir(dataDir)
  await rm(folder, { recursive: true, force: true })
})

const admin = (...args: readonly string[]) => runAdmin({ DATA_DIR: dataDir }, ...args)

async function startService(): Promise<{ service: ServiceProcess; client: Client }> {
  const service = new ServiceProcess({ DATA_DIR: dataDir, SAMPLE_DATA: 'none' })
  processes.push(service)
  const client = connectClient(await service.url())
  clients.push(client)
  return { service, client }
}

async function stop(service: ServiceProcess): Promise<void> {
  service.signal('SIGTERM')
  expect(await service.exited()).toBe(0)
}

it(
  'admin commands work beside npm start, beside the PostgreSQL of one that was killed, and on their own where nothing runs',
  async () => {
    const { service, client } = await startService()
    await (await Shop.open(client)).order()
    const nothingDiffers = {
      code: 0,
      stderr: '',
      stdout: expect.stringContaining('3 streams compared with the log: nothing differs.'),
    }
    expect(await admin('verify')).toMatchObject(nothingDiffers)
    expect(await admin('projections')).toMatchObject({ code: 0, stdout: expect.stringMatching(/^log +0 +0$/m) })

    await service.kill()
    expect(await admin('verify')).toMatchObject(nothingDiffers)
    expect(await runningServerUrl(dataDir)).toContain('postgresql://')

    const next = await startService()
    await stop(next.service)
    expect(await runningServerUrl(dataDir)).toBeUndefined()
    expect(await admin('verify')).toMatchObject(nothingDiffers)
    expect(await runningServerUrl(dataDir)).toBeUndefined()
  },
  TEST_TIMEOUT_MS,
)

it(
  'a release that is asked for while nothing runs is done by the next start',
  async () => {
    const { service, client } = await startService()
    const { id } = await (await Shop.open(client)).order()
    const streamId = `order-${id}`
    const session = await openSession((await runningServerUrl(dataDir)) ?? '')
    await insertRawEvent(session, { streamId, version: 2, type: 'OrderTeleported' })
    await eventually(async () => (await admin('quarantine', 'list')).stdout.includes(streamId), 30_000)
    await changeEventType(session, streamId, 2, 'OrderConfirmed')
    await session.end()
    await stop(service)

    const asked = await admin('quarantine', 'release', streamId)
    expect(asked).toMatchObject({
      code: 1,
      stdout: `The service does not run. ${streamId} is taken up when it starts again.\n`,
    })
    await startService()
    await eventually(async () => (await admin('quarantine', 'list')).stdout === 'No stream is in quarantine.\n', 30_000)
    expect(await admin('verify')).toMatchObject({ code: 0 })
  },
  TEST_TIMEOUT_MS,
)

it('a folder without an installation is refused, and stays as it was', async () => {
  const refused = await runAdmin({ DATA_DIR: folder }, 'verify')
  expect(refused).toMatchObject({ code: 1, stdout: '' })
  expect(refused.stderr).toBe(
    `${folder} holds no installation: set DATA_DIR to the folder of one, or DATABASE_URL to its database, or start the service once.\n`,
  )
  expect(await readdir(folder)).toEqual([])
})

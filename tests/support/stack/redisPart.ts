import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createClient } from '@redis/client'
import type { Part } from './part.js'
import { stablePort } from './ports.js'
import { findProgram } from './programs.js'
import { startServerPart } from './serverPart.js'
import { REDIS_MAJOR_VERSION } from './versions.js'

export interface RedisInstallation {
  readonly server: string
}

/** Throws PartUnavailable. */
export async function installRedis(): Promise<RedisInstallation> {
  return {
    server: await findProgram(
      'redis-server',
      `install Redis ${REDIS_MAJOR_VERSION} or newer (Debian: redis-server; macOS: brew install redis)`,
    ),
  }
}

/** A cache as production runs it: in memory alone, so that restart() finds it empty. */
export async function startRedis({ server }: RedisInstallation, folder: string): Promise<Part> {
  await mkdir(folder, { recursive: true })
  const port = await stablePort()
  const address = `redis://127.0.0.1:${port}`
  return startServerPart({
    name: 'redis',
    address,
    program: {
      command: server,
      args: ['--bind', '127.0.0.1', '--port', String(port), '--save', '', '--appendonly', 'no'],
      folder,
      logFile: join(folder, 'redis.log'),
    },
    answers: () => answers(address),
  })
}

async function answers(url: string): Promise<boolean> {
  const client = createClient({ url, socket: { reconnectStrategy: false, connectTimeout: 1_000 } })
  // Said by connect() and ping() as well; without a listener the event would end the process.
  client.on('error', () => undefined)
  await client.connect()
  try {
    return (await client.ping()) === 'PONG'
  } finally {
    client.destroy()
  }
}

import { execFile } from 'node:child_process'
import { stat } from 'node:fs/promises'
import { promisify } from 'node:util'
import type { Logger } from 'pino'
import { EmbeddedPostgresUnavailable, hasCode } from './errors.js'
import type { Layout } from './layout.js'

const run = promisify(execFile)

/** The numeric ids PostgreSQL runs under. */
export interface Account {
  readonly uid: number
  readonly gid: number
}

const ACCOUNT_NAME = 'postgres'

/**
 * Whom to run PostgreSQL as: undefined means as ourselves. PostgreSQL refuses root, so root hands it to the owner of the cluster
 * (a plain user's data directory stays theirs under `sudo npm start`), and to the account `postgres` for a new one, made where it is absent.
 * Throws EmbeddedPostgresUnavailable where there is no such account, or the cluster belongs to somebody else.
 */
export async function serverAccount(layout: Layout, logger: Logger): Promise<Account | undefined> {
  const self = process.getuid?.()
  const owner = await ownerOf(layout.cluster)
  if (self !== 0) {
    if (owner !== undefined && owner.uid !== self) {
      throw new EmbeddedPostgresUnavailable(
        `${layout.cluster} belongs to uid ${owner.uid}, and this process is uid ${self}: start as that user or as root, or set DATA_DIR to another folder.`,
      )
    }
    return undefined
  }
  if (owner !== undefined && owner.uid !== 0) return owner
  return (await findAccount()) ?? (await createAccount(logger))
}

async function ownerOf(folder: string): Promise<Account | undefined> {
  try {
    const { uid, gid } = await stat(folder)
    return { uid, gid }
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined
    throw error
  }
}

async function findAccount(): Promise<Account | undefined> {
  try {
    const [uid, gid] = await Promise.all(
      ['-u', '-g'].map(async (part) => Number((await run('id', [part, ACCOUNT_NAME])).stdout)),
    )
    return uid === undefined || gid === undefined ? undefined : { uid, gid }
  } catch {
    // `id` fails with status 1 for an unknown account; a missing `id` ends at useradd's message.
    return undefined
  }
}

async function createAccount(logger: Logger): Promise<Account> {
  let cause: unknown
  try {
    await run('useradd', ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', ACCOUNT_NAME])
    logger.info({ account: ACCOUNT_NAME }, 'made a system account for PostgreSQL, which does not run as root')
  } catch (error) {
    // Two starts at once: the other one may have made it.
    cause = error
  }
  const account = await findAccount()
  if (account === undefined) {
    throw new EmbeddedPostgresUnavailable(
      `PostgreSQL does not run as root and the account "${ACCOUNT_NAME}" could not be made: make it (useradd --system ${ACCOUNT_NAME}), or start as a plain user.`,
      { cause },
    )
  }
  return account
}

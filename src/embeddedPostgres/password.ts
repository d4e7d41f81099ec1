import { randomBytes } from 'node:crypto'
import { link, readFile, rm, writeFile } from 'node:fs/promises'
import { EmbeddedPostgresUnavailable, hasCode } from './errors.js'
import type { Layout } from './layout.js'

/** The role's password; undefined before the first start. Throws EmbeddedPostgresUnavailable if the file cannot be read or holds something else. */
export async function readPassword({ passwordFile }: Layout): Promise<string | undefined> {
  try {
    const password = (await readFile(passwordFile, 'utf8')).trim()
    if (/^[0-9a-f]{64}$/.test(password)) return password
    throw new EmbeddedPostgresUnavailable(
      `${passwordFile} does not hold the password that was made for this data directory: restore it.`,
    )
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined
    if (hasCode(error, 'EACCES')) {
      throw new EmbeddedPostgresUnavailable(
        `${passwordFile} is not readable: start as its owner, or set DATA_DIR to another folder.`,
        { cause: error },
      )
    }
    throw error
  }
}

/** Makes the password where there is none yet, and returns the one that stands: two starts at once agree on it. */
export async function ensurePassword(layout: Layout): Promise<string> {
  const existing = await readPassword(layout)
  if (existing !== undefined) return existing
  const password = randomBytes(32).toString('hex')
  const draft = `${layout.passwordFile}-${process.pid}`
  await writeFile(draft, `${password}\n`, { mode: 0o600, flush: true })
  try {
    // A link appears whole or not at all, and never replaces another start's password.
    await link(draft, layout.passwordFile)
    return password
  } catch (error) {
    const winner = hasCode(error, 'EEXIST') ? await readPassword(layout) : undefined
    if (winner === undefined) throw error
    return winner
  } finally {
    await rm(draft, { force: true })
  }
}

import { randomBytes } from 'node:crypto'
import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'

/** The secrets of an embedded installation: made once, kept beside its database. */
export interface KeptSecrets {
  readonly tokenSecrets: readonly string[]
  readonly personalDataKeys: readonly string[]
}

/** The keys of a database that is in use are not there. The message is one line for the operator. */
export class SecretsMissing extends Error {
  override readonly name = 'SecretsMissing'
  readonly code = 'SECRETS_MISSING'
}

const fileShape = z.object({
  tokenSecrets: z.array(z.string().min(32)).min(1),
  personalDataKeys: z.array(z.string().min(32)).min(1),
})

/**
 * Reads `<dataDir>/secrets.json`, or makes it (mode 0600), durably and whole, before anything is signed or encrypted with it: a key that
 * was used and lost would make personal data unreadable for good. For the same reason it is made for a new database alone: `isNew` is asked
 * where the file is missing. Throws SecretsMissing, and with one sentence where the file is not what it should be.
 */
export async function keptSecrets(dataDir: string, isNew: () => Promise<boolean>): Promise<KeptSecrets> {
  const path = join(dataDir, 'secrets.json')
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (text !== undefined) return parse(text, path)
  if (!(await isNew())) {
    throw new SecretsMissing(
      `${path} is missing, though the database beside it is in use: put it back from the backup. Without its keys the personal data in the log can't be read.`,
    )
  }
  const made: KeptSecrets = {
    tokenSecrets: [randomBytes(32).toString('base64url')],
    personalDataKeys: [randomBytes(32).toString('base64url')],
  }
  await mkdir(dataDir, { recursive: true })
  const file = await open(`${path}.new`, 'w', 0o600)
  try {
    await file.writeFile(`${JSON.stringify(made, null, 2)}\n`)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(`${path}.new`, path)
  await syncFolder(dataDir)
  return made
}

/** A rename is as durable as the folder that it changed. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

function parse(text: string, path: string): KeptSecrets {
  try {
    return fileShape.parse(JSON.parse(text))
  } catch (cause) {
    throw new Error(
      `${path} is not the file that was made here; put the original back: without its keys the personal data in the log can't be read.`,
      { cause },
    )
  }
}

import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { keptSecrets, SecretsMissing } from '../../src/keptSecrets.js'

let dataDir: string
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'kept-secrets-'))
})
afterEach(() => rm(dataDir, { recursive: true, force: true }))

const isNew = async () => true
const isInUse = async () => false

test('are made once for a new database, readable by us alone, and then stay', async () => {
  const made = await keptSecrets(dataDir, isNew)
  expect((await stat(join(dataDir, 'secrets.json'))).mode & 0o777).toBe(0o600)
  expect(await keptSecrets(dataDir, isInUse)).toEqual(made)
})

test('are never made anew beside a database that is in use: its personal data would be lost', async () => {
  await expect(keptSecrets(dataDir, isInUse)).rejects.toThrow(SecretsMissing)
  await expect(readFile(join(dataDir, 'secrets.json'))).rejects.toThrow()
})

test('that were changed are refused with a sentence that holds none of them', async () => {
  await writeFile(join(dataDir, 'secrets.json'), '{"tokenSecrets":["hidden"]}')
  const refusal = await keptSecrets(dataDir, isNew).catch((error: Error) => error)
  expect(String(refusal)).toMatch(/put the original back/)
  expect(String(refusal)).not.toContain('hidden')
})

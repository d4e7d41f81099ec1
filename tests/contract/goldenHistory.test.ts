import { execFileSync } from 'node:child_process'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { changedSinceAdded, HistoryMissing } from '../support/addedForGood.js'
import { makeTestFolder } from '../support/throwAwayServer.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const GOLDEN = 'tests/contract/golden'

/** Undefined where nobody can tell: an unpacked archive, or a clone without history. */
const changed = await changedSinceAdded(ROOT, GOLDEN).catch((error: unknown) => {
  if (error instanceof HistoryMissing) return undefined
  throw error
})

it.skipIf(changed === undefined)(
  'INV-24 UPGRADE: no golden sample was changed or removed since it was added (needs the history of git)',
  () => {
    expect(changed, "what is in somebody's log stays as it is: bring the sample back, and add a new version").toEqual(
      [],
    )
  },
)

describe('what tells', () => {
  let repository: string
  beforeEach(async () => {
    repository = await makeTestFolder()
    git('init', '-q', '-b', 'main')
    await write('first.json', '1')
    commit()
  })
  afterEach(() => rm(repository, { recursive: true, force: true }))

  function git(...args: readonly string[]): void {
    const env = { PATH: process.env.PATH, HOME: repository, GIT_CONFIG_NOSYSTEM: '1' }
    const identity = ['-c', 'user.name=Test', '-c', 'user.email=test@example.com']
    execFileSync('git', [...identity, ...args], { cwd: repository, env, stdio: 'pipe' })
  }
  async function write(name: string, text: string): Promise<void> {
    await mkdir(join(repository, 'golden'), { recursive: true })
    await writeFile(join(repository, 'golden', name), text)
  }
  function commit(): void {
    git('add', '-A')
    git('commit', '-qm', 'A change')
  }
  const told = () => changedSinceAdded(repository, 'golden')

  it('says nothing of new files, and of a change that was taken back', async () => {
    await write('second.json', '2')
    expect(await told()).toEqual([])
    commit()
    await write('first.json', 'changed')
    commit()
    await write('first.json', '1')
    commit()
    expect(await told()).toEqual([])
  })

  it('says what was changed, committed or not', async () => {
    await write('first.json', 'changed')
    expect(await told()).toEqual(['golden/first.json was changed'])
    commit()
    expect(await told()).toEqual(['golden/first.json was changed'])
  })

  it('says what was removed, renamed, or made anew', async () => {
    git('mv', 'golden/first.json', 'golden/renamed.json')
    commit()
    expect(await told()).toEqual(['golden/first.json was removed'])
    await write('first.json', 'another one')
    commit()
    expect(await told()).toEqual(['golden/first.json was changed'])
  })

  it('knows files that came by a merge', async () => {
    git('checkout', '-q', '-b', 'branch')
    await write('branch.json', 'b')
    commit()
    git('checkout', '-q', 'main')
    await write('main.json', 'm')
    commit()
    git('merge', '-q', '--no-ff', '-m', 'Merge', 'branch')
    expect(await told()).toEqual([])
    await write('branch.json', 'changed')
    expect(await told()).toEqual(['golden/branch.json was changed'])
  })

  it('asks for the history where there is none', async () => {
    await write('second.json', '2')
    commit()
    const shallow = join(repository, 'shallow')
    git('clone', '-q', '--depth', '1', pathToFileURL(repository).href, shallow)
    await expect(changedSinceAdded(shallow, 'golden')).rejects.toThrow('git fetch --unshallow')
  })
})

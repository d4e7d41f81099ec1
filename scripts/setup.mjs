/**
 * Brings a clone up to date with what is in it: packages, Prisma client, typed GraphQL client, build. npm scripts run it first.
 *
 *   node scripts/setup.mjs            every step
 *   node scripts/setup.mjs STEP...    only these: dependencies prisma build codegen benchmarks
 *
 * A step runs when its inputs have changed since it last succeeded; with nothing to do this ends within a second.
 * A step that fails shows its output and ends this with its exit code. Plain JavaScript for Node 20 without packages,
 * because it runs before there are any.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import * as fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const OLDEST_NODE = 20
const LOCK_TIMEOUT_MS = 15 * 60_000
const LOCK_POLL_MS = 200

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')
const lockFile = path.join(root, '.setup.lock')
// Inside node_modules, so that a new installation forgets them and every step runs again with the new tools.
const stampFolder = path.join(root, 'node_modules', '.cache', 'setup')
const pinnedNode = path.join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node')

const steps = [
  {
    name: 'dependencies',
    title: 'installing packages (npm ci)',
    isCurrent: isInstalled,
    run: () => runNpm(['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error']),
  },
  stampedStep({
    name: 'prisma',
    title: 'generating the Prisma client',
    inputs: () => existing(['prisma/schema.prisma', 'prisma.config.ts']),
    outputs: ['src/generated/prisma/client.ts'],
    // `generate` has no use for the schema engine but downloads it unless a path is given. /bin/false and not /bin/true:
    // should a command ever call it, it must fail and not report a migration that never ran.
    run: () =>
      runTool('prisma/build/index.js', ['generate'], {
        PRISMA_SCHEMA_ENGINE_BINARY: '/bin/false',
        PRISMA_HIDE_UPDATE_MESSAGE: '1',
      }),
  }),
  stampedStep({
    name: 'build',
    title: 'compiling to dist/',
    inputs: () => [
      ...filesBelow('src'),
      ...filesBelow('projector'),
      ...existing(['tsconfig.json', 'tsconfig.build.json']),
    ],
    outputs: ['dist'],
    run: () => {
      runTool('typescript-native/bin/tsc', ['-p', 'tsconfig.build.json'])
      mirrorAssets()
    },
  }),
  stampedStep({
    name: 'codegen',
    title: 'generating the typed GraphQL client',
    // Before the schema is printed for the first time there is nothing to generate from.
    inputs: () =>
      fs.existsSync(path.join(root, 'schema.graphql'))
        ? [...existing(['schema.graphql', 'codegen.ts']), ...filesBelow('tests/e2e')]
        : [],
    outputs: ['tests/support/generated/graphql.ts'],
    run: () => runTool('@graphql-codegen/cli/esm/bin.js', ['--config', 'codegen.ts']),
  }),
  stampedStep({
    name: 'benchmarks',
    title: 'compiling the benchmarks',
    inputs: () => {
      const benchmarks = filesBelow('tests/benchmarks')
      return benchmarks.length === 0
        ? []
        : [...benchmarks, ...filesBelow('tests/support'), ...filesBelow('src'), ...filesBelow('projector')]
    },
    outputs: ['dist/tests/benchmarks'],
    run: () => runTool('typescript-native/bin/tsc', ['-p', 'tsconfig.bench.json']),
  }),
]

main(process.argv.slice(2))

function main(names) {
  const major = Number(process.versions.node.split('.')[0])
  if (major < OLDEST_NODE)
    fail(`Node ${OLDEST_NODE} or newer is needed for set-up, this is ${process.versions.node} (${process.execPath}).`)
  const unknown = names.filter((name) => !steps.some((step) => step.name === name))
  if (unknown.length > 0)
    fail(`unknown step ${unknown.join(', ')}; there are: ${steps.map((step) => step.name).join(' ')}`)
  const chosen = names.length === 0 ? steps : steps.filter((step) => names.includes(step.name))

  if (chosen.every((step) => step.isCurrent())) return
  takeLock()
  for (const step of chosen) {
    // Asked again: another set-up may have done it while this one waited for the lock.
    if (step.isCurrent()) continue
    const startedAt = Date.now()
    say(`${step.title} ...`)
    step.run()
    step.done?.()
    say(`${step.title}: done in ${((Date.now() - startedAt) / 1000).toFixed(1)} s`)
  }
}

/** A step that is current while the hash of its input files (and of the installed packages) is the one it last succeeded with. */
function stampedStep({ name, title, inputs, outputs, run }) {
  const stampFile = path.join(stampFolder, name)
  const stamp = () => {
    const hash = createHash('sha256')
    for (const file of [...inputs(), 'package-lock.json'])
      hash
        .update(file)
        .update('\0')
        .update(fs.readFileSync(path.join(root, file)))
        .update('\0')
    return hash.digest('hex')
  }
  return {
    name,
    title,
    run,
    isCurrent: () =>
      inputs().length === 0 ||
      (outputs.every((output) => fs.existsSync(path.join(root, output))) && readIfPresent(stampFile) === stamp()),
    done: () => {
      fs.mkdirSync(stampFolder, { recursive: true })
      fs.writeFileSync(stampFile, stamp())
    },
  }
}

/**
 * Whether node_modules is what package-lock.json asks for. npm writes the list of what it has installed as its last act, so an
 * interrupted installation has none, and `npm install` of one more package does not lead to a second, complete one.
 */
function isInstalled() {
  const installedText = readIfPresent(path.join(root, 'node_modules', '.package-lock.json'))
  if (installedText === undefined || !fs.existsSync(pinnedNode)) return false
  const installed = JSON.parse(installedText).packages
  const wanted = JSON.parse(fs.readFileSync(path.join(root, 'package-lock.json'), 'utf8')).packages
  const isExtra = Object.keys(installed).some((location) => wanted[location] === undefined)
  const isMissing = Object.entries(wanted).some(([location, entry]) => {
    if (location === '') return false
    const found = installed[location]
    // Optional packages of other platforms are in the lock file but not on the disk.
    if (found === undefined) return !(entry.optional || entry.devOptional || entry.peer)
    return found.version !== entry.version || found.integrity !== entry.integrity
  })
  return !isExtra && !isMissing
}

/** Copies what the compiler leaves alone (such as SQL migrations) into dist/ and removes what has lost its source. */
function mirrorAssets() {
  const sources = [...filesBelow('src'), ...filesBelow('projector')]
  for (const file of sources.filter((name) => !name.endsWith('.ts'))) {
    fs.mkdirSync(path.dirname(path.join(root, 'dist', file)), { recursive: true })
    fs.copyFileSync(path.join(root, file), path.join(root, 'dist', file))
  }
  const known = new Set(sources)
  for (const output of filesBelow('dist').filter((name) => /^dist\/(src|projector)\//.test(name))) {
    const file = output.slice('dist/'.length)
    if (!known.has(file) && !known.has(file.replace(/\.js(\.map)?$/, '.ts'))) fs.rmSync(path.join(root, output))
  }
}

/** Runs npm outside of node_modules/.bin: the pinned Node in there is about to be deleted and installed again. */
function runNpm(args) {
  const searchPath = (process.env.PATH ?? '')
    .split(path.delimiter)
    .filter((folder) => !folder.endsWith(path.join('node_modules', '.bin')))
  run('npm', args, { PATH: searchPath.join(path.delimiter) })
}

/** Runs a package's command line with the pinned Node. script: path below node_modules. */
function runTool(script, args, env = {}) {
  run(pinnedNode, [path.join(root, 'node_modules', script), ...args], env)
}

function run(command, args, env) {
  // Nothing here may ask a question: standard input is closed.
  const result = spawnSync(command, args, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  })
  if (result.error) fail(`could not run ${command}: ${result.error.message}`)
  if (result.status !== 0)
    fail(
      `${path.basename(command)} ${args.join(' ')} failed${result.signal ? ` (${result.signal})` : ''}`,
      result.status ?? 1,
    )
}

/**
 * One set-up at a time in this folder; a second one waits. The file holds the owner's process id, so that a killed owner's
 * lock is taken over: by renaming it away, which only one of several waiters can do.
 */
function takeLock() {
  const deadline = Date.now() + LOCK_TIMEOUT_MS
  let announced = false
  while (!createLockFile()) {
    const owner = Number(readIfPresent(lockFile))
    if (Number.isInteger(owner) && owner > 0 && !isAlive(owner)) {
      moveStaleLock(owner)
      continue
    }
    if (Date.now() > deadline)
      fail(`process ${owner} has been setting up for too long; if it is not a set-up, remove ${lockFile}`)
    if (!announced) say(`waiting for another set-up in this folder (process ${owner})`)
    announced = true
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOCK_POLL_MS)
  }
  process.on('exit', () => fs.rmSync(lockFile, { force: true }))
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(1))
}

/** Returns false when another set-up holds the lock. The file appears complete (linked, not written in place) or not at all. */
function createLockFile() {
  const draft = `${lockFile}.${process.pid}`
  fs.writeFileSync(draft, String(process.pid))
  try {
    fs.linkSync(draft, lockFile)
    return true
  } catch (error) {
    if (error.code === 'EEXIST') return false
    throw error
  } finally {
    fs.rmSync(draft)
  }
}

function moveStaleLock(owner) {
  const aside = `${lockFile}.stale.${process.pid}`
  try {
    fs.renameSync(lockFile, aside)
    // Between the look and the rename another waiter may have taken over: then it is given its lock back.
    if (Number(fs.readFileSync(aside, 'utf8')) !== owner) fs.linkSync(aside, lockFile)
  } catch (error) {
    if (error.code !== 'ENOENT' && error.code !== 'EEXIST') throw error
  } finally {
    fs.rmSync(aside, { force: true })
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

function existing(files) {
  return files.filter((file) => fs.existsSync(path.join(root, file)))
}

/** Every file below a folder, as sorted paths from the root with forward slashes; none if the folder is absent. */
function filesBelow(folder) {
  if (!fs.existsSync(path.join(root, folder))) return []
  return fs
    .readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      path
        .relative(root, path.join(entry.parentPath ?? entry.path, entry.name))
        .split(path.sep)
        .join('/'),
    )
    .sort()
}

function readIfPresent(file) {
  try {
    return fs.readFileSync(file, 'utf8')
  } catch (error) {
    if (error.code === 'ENOENT') return undefined
    throw error
  }
}

function say(message) {
  process.stdout.write(`setup: ${message}\n`)
}

function fail(message, exitCode = 1) {
  process.stderr.write(`setup: ${message}\n`)
  process.exit(exitCode)
}

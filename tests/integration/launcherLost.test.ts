import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { eventually } from '../support/eventually.js'
import { isRunning } from '../support/processState.js'

const MODULE = fileURLToPath(new URL('../../dist/src/launcherLost.js', import.meta.url))
const PROGRAM = `
  const { watchLauncher } = await import(${JSON.stringify(MODULE)})
  const forEver = setInterval(() => undefined, 1_000)
  watchLauncher(process.env, () => { console.log('lost'); clearInterval(forEver) })
  console.log('watching', process.pid)`

it.skipIf(process.platform === 'win32')(
  'a process that npm has started is told when the shell between them is gone',
  async () => {
    // As npm does it. What follows keeps a shell from becoming the program.
    const shell = spawn('sh', ['-c', '"$0" --input-type=module -e "$1"; exit', process.execPath, PROGRAM], {
      env: { ...process.env, npm_lifecycle_event: 'start' },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const said = text(shell.stdout)
    const [first] = await once(shell.stdout, 'data')
    const pid = Number(/\d+/.exec(String(first))?.[0])
    try {
      shell.kill('SIGTERM')
      await eventually(async () => !(await isRunning(pid)))
    } catch (error) {
      process.kill(pid, 'SIGKILL')
      throw error
    }
    expect(await said).toBe(`watching ${pid}\nlost\n`)
  },
)

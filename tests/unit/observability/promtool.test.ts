import { execFile, execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

const run = promisify(execFile)
const inFolder = (name: string) => fileURLToPath(new URL(`../../../observability/${name}`, import.meta.url))

function isInstalled(): boolean {
  try {
    execFileSync('promtool', ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

const installed = isInstalled()
const without = installed ? '' : ' (without promtool: apt-get install prometheus)'

describe.skipIf(!installed)(`Prometheus’s own tool${without}`, { timeout: 30_000 }, () => {
  it.each([
    ['takes the configuration', ['check', 'config', inFolder('prometheus.yaml')]],
    ['takes the alerts', ['check', 'rules', '--lint-fatal', inFolder('alerts.yaml')]],
    ['sees each alert fire when it should, and stay silent otherwise', ['test', 'rules', inFolder('alerts.test.yaml')]],
  ])('%s', async (_, args) => {
    // Its exit code is 1 otherwise, and the output, with what was found instead, is in the error.
    const { stdout } = await run('promtool', args)
    expect(stdout).toContain('SUCCESS')
  })
})

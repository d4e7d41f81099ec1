import { execFile, execFileSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { dashboardQuestions } from '../../support/askedOfPrometheus.js'

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

/** Its exit code is 1 where something is wrong, and the output, with what was found, is in the error. */
async function succeeds(args: readonly string[]): Promise<void> {
  const { stdout } = await run('promtool', [...args])
  expect(stdout).toContain('SUCCESS')
}

const installed = isInstalled()
const without = installed ? '' : ' (without promtool: apt-get install prometheus)'

describe.skipIf(!installed)(`Prometheus’s own tool${without}`, { timeout: 30_000 }, () => {
  it('takes the configuration', () => succeeds(['check', 'config', inFolder('prometheus.yaml')]))

  it('takes the alerts', () => succeeds(['check', 'rules', '--lint-fatal', inFolder('alerts.yaml')]))

  it('sees each alert fire when it should, and stay silent otherwise', () =>
    succeeds(['test', 'rules', inFolder('alerts.test.yaml')]))

  it('understands what the dashboards ask', async () => {
    const rules = dashboardQuestions().map(({ expr }, index) => ({
      record: `dashboards:question_${index}`,
      // Grafana puts the time between two points here.
      expr: expr.replaceAll('$__rate_interval', '1m'),
    }))
    const folder = await mkdtemp(join(tmpdir(), 'dashboards-'))
    try {
      const file = join(folder, 'rules.yaml')
      await writeFile(file, stringify({ groups: [{ name: 'dashboards', rules }] }))
      await succeeds(['check', 'rules', file])
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})

/**
 * Measures the service against references in the same run.
 *
 *   npm run bench              all, and writes docs/performance.md
 *   npm run bench -- NAME...   only these, printed
 *
 * A missed goal is reported and does not fail: only a benchmark that cannot run does.
 */
import { writeFile } from 'node:fs/promises'
import { pino } from 'pino'
import { append } from './append/append.js'
import type { Bench } from './benchmark.js'
import { cache } from './cache/cache.js'
import { clusterAppend } from './cluster/append.js'
import { clusterDelay } from './cluster/delay.js'
import { clusterProjector } from './cluster/projector.js'
import { relay } from './cluster/relay.js'
import { sampleImport } from './cluster/sampleImport.js'
import { createOrder } from './createOrder/createOrder.js'
import { delay } from './delay/delay.js'
import { startDurableServer } from './durableServer.js'
import { heap } from './heap/heap.js'
import { machineFacts } from './machine.js'
import { projector } from './projector/projector.js'
import { rebuild } from './rebuild/rebuild.js'
import { rebuildLive } from './rebuild/rebuildLive.js'
import { type Finding, performancePage, terminalLines } from './report.js'
import { telemetry } from './telemetry/telemetry.js'

const BENCHMARKS = [
  append,
  createOrder,
  projector,
  delay,
  cache,
  heap,
  relay,
  clusterProjector,
  clusterDelay,
  clusterAppend,
  sampleImport,
  rebuild,
  rebuildLive,
  telemetry,
]
const PAGE = 'docs/performance.md'
const COMMAND = 'npm run bench'

const say = (line: string) => process.stdout.write(`${line}\n`)

async function main(names: readonly string[]): Promise<void> {
  const logger = pino({ level: 'warn' })
  const server = await startDurableServer(logger)
  // The server would outlive this process, and its data would stay.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void server.stop().finally(() => process.exit(130)))
  }
  try {
    const machine = machineFacts(server.version)
    const findings = await measure(names, { server, logger, say })
    if (names.length > 0) return
    await writeFile(PAGE, performancePage(findings, COMMAND, machine))
    say(`written to ${PAGE}`)
  } finally {
    await server.stop()
  }
}

async function measure(names: readonly string[], bench: Bench): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  for (const benchmark of BENCHMARKS) {
    if (names.length > 0 && !names.includes(benchmark.name)) continue
    say(`${benchmark.name}: ${benchmark.title}`)
    const finding = { benchmark, result: await benchmark.run(bench) }
    for (const line of terminalLines(finding)) say(line)
    findings.push(finding)
    await bench.server.dropDatabases()
  }
  return findings
}

const asked = process.argv.slice(2)
const unknown = asked.filter((name) => !BENCHMARKS.some((benchmark) => benchmark.name === name))
if (unknown.length === 0) await main(asked)
else {
  say(`There are: ${BENCHMARKS.map(({ name }) => name).join(', ')}. Found ${unknown.join(', ')}.`)
  process.exitCode = 2
}

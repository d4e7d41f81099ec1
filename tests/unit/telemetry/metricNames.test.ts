import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { METRICS, type MetricDescription } from '../../../src/telemetry/metricNames.js'
import { prometheusName } from '../../../src/telemetry/prometheusName.js'

const all: readonly MetricDescription[] = Object.values(METRICS)

function rowOf(metric: MetricDescription): string {
  const { name, kind, unit, attributes, from, description } = metric
  const told = attributes.map((each) => `\`${each}\``).join(', ')
  const cells = [
    `\`${name}\``,
    `\`${prometheusName(metric)}\``,
    kind,
    `\`${unit}\``,
    told,
    from.join(', '),
    description,
  ]
  return `| ${cells.join(' | ')} |`.replaceAll('|  |', '| |')
}

describe('the names of metrics', () => {
  it('are those of docs/metrics.md, row by row', () => {
    const document = readFileSync(new URL('../../../docs/metrics.md', import.meta.url), 'utf8')
    const rows = document.split('\n').filter((line) => /^\| `[a-z0-9_.]+` \| `/.test(line))
    expect(rows).toEqual(all.map(rowOf))
    for (const attribute of all.flatMap(({ attributes }) => attributes))
      expect(document).toContain(`- \`${attribute}\``)
  })

  it('have namespaces and are nobody else’s namespace, as the conventions ask', () => {
    for (const { name } of all) {
      expect(name).toMatch(/^(order_gateway|nodejs|v8js|process)(\.[a-z][a-z0-9_]*)+$/)
      expect(all.filter((other) => other.name.startsWith(`${name}.`))).toEqual([])
    }
    expect(new Set(all.map(prometheusName)).size).toBe(all.length)
  })

  it('say a unit, and histograms their buckets in order', () => {
    for (const { unit, kind, buckets, description } of all) {
      expect(unit).toMatch(/^(s|By|\{[a-z]+\})$/)
      expect(description).toMatch(/^[A-Z].*\.$/)
      expect(buckets !== undefined).toBe(kind === 'histogram')
      expect(buckets?.toSorted((a, b) => a - b)).toEqual(buckets)
    }
  })

  it.each([
    ['counter', 'process.cpu.time', 's', 'process_cpu_time_seconds_total'],
    ['counter', 'order_gateway.relay.events', '{event}', 'order_gateway_relay_events_total'],
    ['gauge', 'v8js.memory.heap.used', 'By', 'v8js_memory_heap_used_bytes'],
    ['histogram', 'wait.seconds', 's', 'wait_seconds'],
  ] as const)('become those of Prometheus: %s %s in %s', (kind, name, unit, expected) => {
    expect(prometheusName({ kind, name, unit })).toBe(expected)
  })
})

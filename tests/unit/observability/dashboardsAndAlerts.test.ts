import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { METRICS, type MetricDescription } from '../../../src/telemetry/metricNames.js'
import { prometheusName } from '../../../src/telemetry/prometheusName.js'
import {
  allQuestions,
  dashboardQuestions,
  groupingsIn,
  readAlerts,
  selectionsIn,
} from '../../support/askedOfPrometheus.js'

const all: readonly MetricDescription[] = Object.values(METRICS)
/** What Prometheus puts on every series. */
const OF_ALL = ['job', 'instance']

/** The labels that a name on /metrics has; undefined where nothing is called so. */
function labelsOf(name: string): readonly string[] | undefined {
  // Made by Prometheus itself, for each address that it asks.
  if (name === 'up') return OF_ALL
  const metric = all.find((each) =>
    each.kind === 'histogram'
      ? ['bucket', 'count', 'sum'].some((part) => name === `${prometheusName(each)}_${part}`)
      : name === prometheusName(each),
  )
  const own = metric?.attributes.map((attribute) => attribute.replaceAll('.', '_'))
  return own && [...OF_ALL, ...own, ...(name.endsWith('_bucket') ? ['le'] : [])]
}

describe('what dashboards and alerts ask', () => {
  it.each(allQuestions())('$where: metrics and labels that there are', ({ expr }) => {
    const selections = selectionsIn(expr)
    expect(selections).not.toEqual([])
    for (const { name, labels } of selections) {
      expect(labelsOf(name), name).toBeDefined()
      expect(labelsOf(name)).toEqual(expect.arrayContaining([...labels]))
    }
    const grouped = selections.flatMap(({ name }) => labelsOf(name) ?? [])
    expect(grouped).toEqual(expect.arrayContaining([...groupingsIn(expr)]))
  })

  it('leaves no metric of the service itself unseen', () => {
    const seen = dashboardQuestions().flatMap(({ expr }) => selectionsIn(expr).map(({ name }) => name))
    const unseen = all
      .filter(({ name }) => name.startsWith('order_gateway.'))
      .map(prometheusName)
      .filter((name) => !seen.some((each) => each.replace(/_(bucket|count|sum)$/, '') === name))
    expect(unseen).toEqual([])
  })

  it('is taken apart as Prometheus would', () => {
    const expr = 'sum by (le, b) (rate(x_bucket{a="y{z}", le=~"2|x"}[5m] offset 1m)) / 0.5 > 1e3 and absent(y:z) or up'
    expect(selectionsIn(expr)).toEqual([
      { name: 'x_bucket', labels: ['a', 'le'] },
      { name: 'y:z', labels: [] },
      { name: 'up', labels: [] },
    ])
    expect(groupingsIn(expr)).toEqual(['le', 'b'])
  })
})

describe('alerts', () => {
  const operations = readFileSync(new URL('../../../docs/operations.md', import.meta.url), 'utf8')
  const headings = [...operations.matchAll(/^#### (\w+)$/gm)].map(([, heading]) => heading)

  it('have a paragraph each in docs/operations.md, and lead there', () => {
    const alerts = readAlerts()
    expect(headings).toEqual(alerts.map(({ alert }) => alert))
    for (const { alert, annotations } of alerts) {
      expect(annotations.runbook_url).toBe(`docs/operations.md#${alert.toLowerCase()}`)
      expect(operations).toMatch(new RegExp(`^#### ${alert}\n\n\\S.{80,}`, 'm'))
    }
  })

  it('are each made to fire by alerts.test.yaml', () => {
    const tests = readFileSync(new URL('../../../observability/alerts.test.yaml', import.meta.url), 'utf8')
    for (const { annotations } of readAlerts()) expect(tests).toContain(`runbook_url: ${annotations.runbook_url}`)
  })
})

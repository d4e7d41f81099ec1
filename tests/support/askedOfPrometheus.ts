import { readdirSync, readFileSync } from 'node:fs'
import { parse } from 'yaml'

const FOLDER = new URL('../../observability/', import.meta.url)

export interface Alert {
  readonly alert: string
  readonly expr: string
  readonly annotations: Readonly<Record<string, string>>
}

/** What a panel or an alert asks. */
export interface Question {
  readonly where: string
  readonly expr: string
}

/** A metric in a question, with the labels that it is chosen by. */
export interface Selection {
  readonly name: string
  readonly labels: readonly string[]
}

export function readAlerts(): readonly Alert[] {
  const { groups } = parse(readFileSync(new URL('alerts.yaml', FOLDER), 'utf8')) as {
    readonly groups: readonly { readonly rules: readonly Alert[] }[]
  }
  return groups.flatMap(({ rules }) => rules)
}

export function dashboardQuestions(): readonly Question[] {
  const folder = new URL('grafana/dashboards/', FOLDER)
  return readdirSync(folder).flatMap((file) => {
    const { panels } = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as {
      readonly panels: readonly { readonly title: string; readonly targets: readonly { readonly expr: string }[] }[]
    }
    return panels.flatMap(({ title, targets }) => targets.map(({ expr }) => ({ where: `${file}: ${title}`, expr })))
  })
}

export function allQuestions(): readonly Question[] {
  return [...dashboardQuestions(), ...readAlerts().map(({ alert, expr }) => ({ where: `alert ${alert}`, expr }))]
}

const STRING = /"(?:[^"\\]|\\.)*"/g
const RANGE = /\[[^\]]*\]/g
const GROUPING = /\b(?:by|without|on|ignoring)\s*\(([^)]*)\)/g
const OPERATORS = new Set(['and', 'or', 'unless', 'bool', 'offset'])

/** Of PromQL as far as this project writes it: a name that is neither a function's nor an operator's is a metric's. */
export function selectionsIn(expr: string): readonly Selection[] {
  const bare = expr.replace(STRING, '""').replace(RANGE, '').replace(GROUPING, '')
  return [...bare.matchAll(/(?<![\w.])([a-zA-Z_:][\w:]*)\b(?!\s*\()(?:\{([^}]*)\})?/g)]
    .map(([, name = '', labels = '']) => ({ name, labels: [...labels.matchAll(/\w+(?=\s*[=!])/g)].map(String) }))
    .filter(({ name }) => !OPERATORS.has(name))
}

/** The labels that it sums or compares by. */
export function groupingsIn(expr: string): readonly string[] {
  return [...expr.matchAll(GROUPING)].flatMap(([, labels = '']) => labels.split(',').map((label) => label.trim()))
}

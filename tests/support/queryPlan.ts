import type { Pool } from 'pg'

/** What one statement did, over all nodes of its plan. */
export interface MeasuredPlan {
  /** Tables of schema `read` that were walked from end to end. */
  readonly walkedTables: readonly string[]
  readonly indexes: readonly string[]
  /** Rows and index entries that scans took up, those passed over included; of tables and indexes whose name begins like this. */
  rowsTouched(of?: string): number
  /** For the message of a failed test. */
  readonly text: string
}

interface PlanNode {
  readonly 'Node Type': string
  readonly 'Relation Name'?: string
  readonly Schema?: string
  readonly 'Index Name'?: string
  readonly 'Actual Rows': number
  readonly 'Actual Loops': number
  readonly 'Rows Removed by Filter'?: number
  readonly 'Rows Removed by Index Recheck'?: number
  readonly Plans?: readonly PlanNode[]
}

/** Runs the statement and says how. */
export async function measurePlan(pool: Pool, text: string, values: readonly unknown[]): Promise<MeasuredPlan> {
  const { rows } = await pool.query<{ 'QUERY PLAN': readonly [{ readonly Plan: PlanNode }] }>(
    `EXPLAIN (ANALYZE, VERBOSE, FORMAT JSON) ${text}`,
    [...values],
  )
  const root = rows[0]?.['QUERY PLAN'][0].Plan
  if (!root) throw new Error('Expected a plan, found none.')
  const nodes = nodesOf(root)
  const scans = nodes.filter((node) => node['Node Type'].endsWith('Scan') && node['Node Type'] !== 'Subquery Scan')
  return {
    walkedTables: scans
      .filter((node) => node['Node Type'] === 'Seq Scan' && node.Schema === 'read')
      .map((node) => `read.${node['Relation Name']}`),
    indexes: scans.flatMap((node) => node['Index Name'] ?? []),
    rowsTouched: (of = '') =>
      scans
        .filter((node) => (node['Relation Name'] ?? node['Index Name'] ?? '').startsWith(of))
        .reduce((sum, node) => sum + rowsTouched(node), 0),
    text: JSON.stringify(root, null, 1),
  }
}

function rowsTouched(node: PlanNode): number {
  const passedOver = (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Index Recheck'] ?? 0)
  return (node['Actual Rows'] + passedOver) * node['Actual Loops']
}

function nodesOf(node: PlanNode): readonly PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(nodesOf)]
}

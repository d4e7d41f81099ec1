import path from 'node:path'
import { cruise, type ICruiseResult } from 'dependency-cruiser'
import extractDepcruiseOptions from 'dependency-cruiser/config-utl/extract-depcruise-options'
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config'
import { describe, expect, it } from 'vitest'

const root = path.resolve(import.meta.dirname, '../..')
const fixture = path.join(root, 'tests/support/architectureFixture')

async function cruiseTree(baseDir: string): Promise<ICruiseResult> {
  const options = await extractDepcruiseOptions(path.join(root, '.dependency-cruiser.cjs'))
  const tsConfig = extractTSConfig(path.join(baseDir, 'tsconfig.json'))
  const result = await cruise(['src', 'projector'], { ...options, baseDir }, {}, { tsConfig })
  if (typeof result.output === 'string') throw new Error(`expected a result, got a report: ${result.output}`)
  return result.output
}

/** Resolving every import of the tree is work, beside other tests most of all. */
describe('the import rules', { timeout: 60_000 }, () => {
  it('hold in the tree', async () => {
    const { modules, summary } = await cruiseTree(root)

    // With a TypeScript it cannot read, dependency-cruiser finds no module and reports no violation.
    const ours = modules.filter((module) => /^(src|projector)\/.*\.ts$/.test(module.source))
    expect(ours.length).toBeGreaterThan(20)
    expect(ours.flatMap((module) => module.dependencies).length).toBeGreaterThan(20)
    expect(summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`)).toEqual([])
  })

  it('each catch a tree that breaks them', async () => {
    const { forbidden = [] } = (await extractDepcruiseOptions(path.join(root, '.dependency-cruiser.cjs'))).ruleSet ?? {}
    const { summary } = await cruiseTree(fixture)

    const names = forbidden.map((rule) => rule.name).sort()
    const broken = new Set(summary.violations.map((violation) => violation.rule.name))
    expect(names.length).toBeGreaterThan(0)
    expect([...broken].sort()).toEqual(names)
  })
})

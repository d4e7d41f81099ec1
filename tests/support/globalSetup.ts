import type { TestProject } from 'vitest/node'

/** Runs once before all suites of a run. The unit suite needs no server; run alone it starts none. */
export default function setup(project: TestProject): void {
  if (project.vitest.projects.every((suite) => suite.name === 'unit')) return
}

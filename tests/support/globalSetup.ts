import type { TestProject } from 'vitest/node'
import { discardLeftovers, startThrowAwayServer } from './throwAwayServer.js'

declare module 'vitest' {
  interface ProvidedContext {
    /** Superuser's URL of the run's shared server; tests take a database of their own from postgres.ts instead. */
    readonly postgresUrl: string
  }
}

/**
 * Runs once before all suites of a run, and gives them one PostgreSQL server. The unit suite needs none; run alone it starts none.
 * Returns the teardown.
 */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  if (project.vitest.projects.every((suite) => suite.name === 'unit')) return undefined
  await discardLeftovers()
  const server = await startThrowAwayServer()
  project.provide('postgresUrl', server.url)
  return () => server.stop()
}

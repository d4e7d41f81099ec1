import { pino } from 'pino'
import pretty from 'pino-pretty'
import type { TestProject } from 'vitest/node'
import { openRunStack, type StackOfRun } from './stack/runStack.js'
import { discardLeftovers, startThrowAwayServer } from './throwAwayServer.js'

declare module 'vitest' {
  interface ProvidedContext {
    /** Superuser's URL of the run's shared server; tests take a database of their own from postgres.ts instead. */
    readonly postgresUrl: string
    /** Kafka, Elasticsearch and Redis of the run; tests take them from stack/onStack.ts instead. */
    readonly stack: StackOfRun
  }
}

/**
 * Runs once before all suites of a run, and gives them one PostgreSQL server and a stack whose servers start when a test first asks for
 * them. The unit suite needs none; run alone it starts none. TEST_STACK: file of a running `npm run stack -- --env-file`, to be used
 * instead of a stack of the run's own.
 * Returns the teardown.
 */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  if (project.vitest.projects.every((suite) => suite.name === 'unit')) return undefined
  await discardLeftovers()
  const logger = pino({}, pretty({ ignore: 'pid,hostname', destination: 2, sync: true }))
  const [server, stack] = await Promise.all([startThrowAwayServer(), openRunStack(logger, process.env.TEST_STACK)])
  const { doorUrl, missing } = stack
  project.provide('postgresUrl', server.url)
  project.provide('stack', { doorUrl, missing })
  return async () => {
    await Promise.all([server.stop(), stack.close()])
  }
}

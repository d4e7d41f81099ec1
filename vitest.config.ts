import { createRequire } from 'node:module'
import { defineConfig } from 'vitest/config'

const require = createRequire(import.meta.url)
const onServer = { testTimeout: 30_000, hookTimeout: 60_000 }

function suite(name: string, options: { testTimeout?: number; hookTimeout?: number; isolate?: boolean } = {}) {
  return {
    // graphql exists twice in its package, and objects of one copy are foreign to the other: everyone gets the copy that
    // Node itself picks, type-graphql too, which is therefore run through the same resolver.
    resolve: { alias: [{ find: /^graphql$/, replacement: require.resolve('graphql/index.js') }] },
    test: {
      name,
      include: [`tests/${name}/**/*.test.ts`],
      server: { deps: { inline: ['type-graphql'] } },
      ...options,
    },
  }
}

export default defineConfig({
  test: {
    projects: [
      // One set of modules for all files: loading them anew for each takes longer than the tests, and nothing in them keeps state.
      suite('unit', { isolate: false }),
      suite('contract', onServer),
      suite('integration', onServer),
      suite('e2e', onServer),
      suite('faults', { testTimeout: 120_000, hookTimeout: 60_000 }),
    ],
    // At the root and not per suite, so that all suites share one PostgreSQL server.
    globalSetup: ['tests/support/globalSetup.ts'],
    reporters: ['default', './tests/support/totalsReporter.ts'],
    maxWorkers: 2,
    allowOnly: process.env.CI === undefined,
  },
})

import type { CodegenConfig } from '@graphql-codegen/cli'

/** The typed client of the e2e tests, made in the way that a front end makes its own. */
const config: CodegenConfig = {
  schema: 'schema.graphql',
  documents: ['tests/e2e/**/*.ts'],
  ignoreNoDocuments: true,
  generates: {
    'tests/support/generated/': {
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: {
        useTypeImports: true,
        enumsAsTypes: true,
        // A new scalar stops the generation until it is said here what clients get.
        strictScalars: true,
        scalars: { DateTime: 'string', Decimal: 'string', ConsistencyToken: 'string' },
      },
    },
  },
  importExtension: '.js',
}

export default config

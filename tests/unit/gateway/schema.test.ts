import { readFileSync } from 'node:fs'
import { buildSchema } from 'graphql'
import { expect, test } from 'vitest'
import { printedSchema } from '../../../src/gateway/printedSchema.js'

test('schema.graphql is what the code makes (npm run --silent schema > schema.graphql)', () => {
  expect(readFileSync('schema.graphql', 'utf8')).toBe(printedSchema())
})

test('every type and every field tells app developers what it means', () => {
  const types = Object.values(buildSchema(printedSchema()).getTypeMap()).filter(({ name }) => !name.startsWith('__'))
  const builtIn = new Set(['String', 'Int', 'Float', 'Boolean', 'ID'])
  const silent = types
    .filter(({ name }) => !builtIn.has(name))
    .flatMap((type) => [
      ...(type.description ? [] : [type.name]),
      ...('getFields' in type ? Object.values(type.getFields()) : [])
        .filter(({ description }) => !description)
        .map((field) => `${type.name}.${field.name}`),
    ])
  expect(silent).toEqual([])
})

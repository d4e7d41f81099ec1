import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { jsonSchemas } from './contract/eventSchemas/jsonSchemas.js'

const [, , folder = ''] = process.argv
if (folder === '') throw new Error('Expected the folder to write to, found none: docs/events has the committed copies.')
mkdirSync(folder, { recursive: true })
for (const [name, schema] of jsonSchemas('allowed')) {
  writeFileSync(join(folder, `${name}.schema.json`), `${JSON.stringify(schema, undefined, 2)}\n`)
}

import { readdirSync, readFileSync } from 'node:fs'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { jsonSchemas } from '../../src/contract/eventSchemas/jsonSchemas.js'

const FOLDER = new URL('../../docs/events/', import.meta.url)

/** What other teams are given, by name (`OrderShipped.v1`): the text of the file. */
export const committedSchemas: ReadonlyMap<string, string> = new Map(
  readdirSync(FOLDER).map((file) => [file.replace('.schema.json', ''), readFileSync(new URL(file, FOLDER), 'utf8')]),
)

// Formats stand for readers: the patterns beside them say more.
const ajv = () => new Ajv2020({ allErrors: true, validateFormats: false })
const consumer = compiled([...committedSchemas].map(([name, text]) => [name, JSON.parse(text) as object]))
const strict = compiled(jsonSchemas('refused'))

/**
 * What is wrong with a message of a topic of events, in the eyes of a consumer who has the committed schemas, and of one who looks for what
 * they do not describe. Empty where both are content.
 */
export function contractFaults(message: { readonly type: string; readonly schemaVersion: number }): readonly string[] {
  const name = `${message.type}.v${message.schemaVersion}`
  return [consumer, strict].flatMap((validators) => {
    const validate = validators.get(name)
    if (!validate) return [`${name} has no schema`]
    if (validate(message)) return []
    return (validate.errors ?? []).map(({ instancePath, message }) => `${name}${instancePath} ${message}`)
  })
}

function compiled(schemas: Iterable<readonly [string, object]>): ReadonlyMap<string, ValidateFunction> {
  return new Map([...schemas].map(([name, schema]) => [name, ajv().compile(schema)]))
}

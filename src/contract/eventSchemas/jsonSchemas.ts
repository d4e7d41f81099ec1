import { z } from 'zod'
import type { StreamCategory } from '../streams.js'
import { EVENT_SCHEMAS } from './eventSchemas.js'
import { messageSchema } from './messageSchema.js'

/**
 * The messages of every event type and schema version as JSON Schema (2020-12), by name: `OrderShipped.v1`.
 *
 * further: whether objects may have fields that are not named. Consumers have to pass over those, since they come without a new schema version
 * outside of `data`; whoever looks for what is not described refuses them.
 */
export function jsonSchemas(further: 'allowed' | 'refused'): ReadonlyMap<string, object> {
  const schemas = new Map<string, object>()
  for (const [category, types] of Object.entries(EVENT_SCHEMAS)) {
    for (const [type, versions] of Object.entries<readonly z.ZodObject[]>(types)) {
      for (const [index, data] of versions.entries()) {
        const version = index + 1
        const schema = z.toJSONSchema(messageSchema(type, version, category as StreamCategory, data), {
          target: 'draft-2020-12',
          // What is not named is cut off from zod's output, so that it is refused there, and allowed in its input.
          io: further === 'refused' ? 'output' : 'input',
        })
        schemas.set(`${type}.v${version}`, {
          $schema: schema.$schema,
          $id: `urn:order-gateway:event:${type}:${version}`,
          title: `${type}.v${version}`,
          description: schema.description,
          ...schema,
        })
      }
    }
  }
  return schemas
}

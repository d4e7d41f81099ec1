import { readFileSync } from 'node:fs'
import { describe, expect, expectTypeOf, it } from 'vitest'
import type { z } from 'zod'
import type { DomainEvent } from '../../src/contract/eventCodec.js'
import type { EVENT_SCHEMAS } from '../../src/contract/eventSchemas/eventSchemas.js'
import { jsonSchemas } from '../../src/contract/eventSchemas/jsonSchemas.js'
import { EVENT_TYPES, type EventType, schemaVersionOf } from '../../src/domain/upcast.js'
import { committedSchemas, contractFaults } from '../support/eventContracts.js'

const names = EVENT_TYPES.flatMap((type) =>
  Array.from({ length: schemaVersionOf(type) }, (_, index) => `${type}.v${index + 1}`),
)
const golden = (name: string) =>
  JSON.parse(readFileSync(new URL(`golden/${name}.json`, import.meta.url), 'utf8')).envelope

describe('docs/events', () => {
  it('has what the code writes (npm run event-schemas)', () => {
    const written = [...jsonSchemas('allowed')].map(([name, schema]) => [
      name,
      `${JSON.stringify(schema, undefined, 2)}\n`,
    ])
    expect(new Map(committedSchemas)).toEqual(new Map(written as [string, string][]))
  })

  it('describes every version of every type', () => {
    expect([...committedSchemas.keys()].toSorted()).toEqual(names.toSorted())
  })

  it.each(names)(
    'INV-24 UPGRADE: the golden sample %s is as its schema says, and nothing of it is left out',
    (name) => {
      expect(contractFaults(golden(name))).toEqual([])
    },
  )

  it('tells what breaks it', () => {
    const created = golden('OrderCreated.v1')
    const address = { line1: '1 Engine Way', line2: null, city: 'London', postalCode: 'N1' }
    const inClear = { ...created.data, shippingAddress: { ...created.data.shippingAddress, personal: address } }
    expect(contractFaults({ ...created, data: inClear })).toContain(
      'OrderCreated.v1/data/shippingAddress/personal must be string',
    )
    expect(contractFaults({ ...created, schemaVersion: 99 })[0]).toBe('OrderCreated.v99 has no schema')
    expect(contractFaults({ ...created, data: { ...created.data, gift: true } })).toEqual([
      'OrderCreated.v1/data must NOT have additional properties',
    ])
  })
})

/** A type of the domain as its data is stored: amounts are numbers, personal objects one text. */
type Stored<Value> = Value extends bigint
  ? number
  : Value extends readonly (infer Element)[]
    ? Stored<Element>[]
    : Value extends object
      ? { -readonly [Field in keyof Value]: Field extends 'personal' | 'contact' ? string : Stored<Value[Field]> }
      : Value
type Schemas = (typeof EVENT_SCHEMAS)['order'] & (typeof EVENT_SCHEMAS)['customer'] & (typeof EVENT_SCHEMAS)['product']
type Newest<List> = List extends readonly [...unknown[], infer Last extends z.ZodType] ? z.output<Last> : never
/** Field by field: a field that one of them lacks is no matter of assignability where it is optional. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
type Differing = {
  [Type in EventType]: Same<
    Newest<Schemas[Type]>,
    Stored<Extract<DomainEvent, { readonly type: Type }>['data']>
  > extends true
    ? never
    : Type
}[EventType]

it('the newest schema of each type says what the type says', () => {
  expectTypeOf<Differing>().toBeNever()
})

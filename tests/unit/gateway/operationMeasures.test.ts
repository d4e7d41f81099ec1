import { parse } from 'graphql'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { silence } from '../../../src/gateway/liveStream.js'
import { rootFieldOf } from '../../../src/gateway/rootField.js'
import { StoreUnavailable } from '../../../src/read/index.js'
import { postOperation } from '../../support/client.js'
import { eventually } from '../../support/eventually.js'
import { startTestGateway, type TestGateway } from '../../support/gatewayDoubles.js'
import { type Measured, measuredInTest } from '../../support/measured.js'
import { RawSocket } from '../../support/rawSocket.js'

describe('the field that names an operation', () => {
  it.each([
    ['{ orders { totalCount } }', 'orders'],
    ['query Anything { mine: orders { totalCount } __typename }', 'orders'],
    ['{ orders { totalCount } order(id: "1") { id } }', 'several'],
    ['{ ...A } fragment A on Query { ... on Query { order(id: "1") { id } } }', 'order'],
    ['{ __schema { types { name } } }', 'introspection'],
    ['{ __typename }', 'introspection'],
    ['subscription { ordersChanged { cursor } }', 'ordersChanged'],
  ])('of %s is %s', (text, field) => {
    const document = parse(text)
    const operation = document.definitions.find((each) => each.kind === 'OperationDefinition')
    expect(rootFieldOf(document, operation)).toBe(field)
    expect(rootFieldOf(document, operation)).toBe(field)
  })
})

describe('measured operations', () => {
  let measured: Measured
  let gateway: TestGateway
  beforeEach(async () => {
    measured = measuredInTest()
    gateway = await startTestGateway({
      instruments: measured.instruments,
      status: { read: () => Promise.reject(new StoreUnavailable('down')) },
      watcher: { watchOrder: (_id, { signal }) => silence(signal) },
    })
  })
  afterEach(async () => {
    await gateway.stop(1_000)
    await measured[Symbol.asyncDispose]()
  })

  const counted = (labels: Record<string, string>) =>
    measured.value('order_gateway_operation_duration_seconds_count', labels)

  it('are told apart by what they ask for and how they failed, over HTTP and on a socket alike', async () => {
    const query = 'query WhateverAClientCallsIt { order(id: "o1") { id } }'
    const failing = '{ projections { name } }'
    await postOperation(gateway.url, { query })
    await postOperation(gateway.url, { query: failing })
    await postOperation(gateway.url, { query: '{ nonsense' })
    const socket = await RawSocket.initialised(gateway.url)
    socket.subscribe('1', query)
    await socket.hears(({ type }) => type === 'complete')
    socket.subscribe('2', failing)
    await socket.hears(({ id, type }) => id === '2' && type !== 'next')
    expect(await measured.value('order_gateway_sockets_open')).toBe(1)
    await socket.close()

    const ok = { graphql_operation_type: 'query', order_gateway_field: 'order' }
    expect(await counted(ok)).toBe(2)
    expect(await counted({ ...ok, error_type: 'UNAVAILABLE' })).toBeUndefined()
    expect(await counted({ order_gateway_field: 'projections', error_type: 'UNAVAILABLE' })).toBe(2)
    expect(await counted({ order_gateway_field: 'none', error_type: 'GRAPHQL_PARSE_FAILED' })).toBe(1)
    await eventually(async () => (await measured.value('order_gateway_sockets_open')) === 0)
  })

  it('count a subscription for as long as it is open, however it ends', async () => {
    const active = () => measured.value('order_gateway_subscriptions_active', { order_gateway_field: 'orderChanged' })
    const orderChanged = 'subscription { orderChanged(orderId: "o1") { cursor } }'
    const [one, other] = [await RawSocket.initialised(gateway.url), await RawSocket.initialised(gateway.url)]
    one.subscribe('1', orderChanged)
    one.subscribe('2', orderChanged)
    other.subscribe('1', orderChanged)
    await eventually(async () => (await active()) === 3)
    one.say({ id: '1', type: 'complete' })
    await eventually(async () => (await active()) === 2)
    await one.close()
    await eventually(async () => (await active()) === 1)
    await gateway.stop(1_000)
    await eventually(async () => (await active()) === 0)
    await other.close()
  })
})

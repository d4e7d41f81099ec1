import { expect, it } from 'vitest'
import { EVENT_TYPES } from '../../src/domain/upcast.js'
import { contractFaults } from '../support/eventContracts.js'
import { eventually } from '../support/eventually.js'
import { KafkaLog, kafkaSettings } from '../support/kafkaLog.js'
import { describeOnStack } from '../support/stack/onStack.js'
import { takeInBackground } from '../support/taking.js'
import { contextOf, createOrderRequest, openTestWriteSide, stock } from '../support/writeSide.js'

describeOnStack(['kafka'], 'what stands on the topics', (stack) => {
  it('is as docs/events says, for an event of every type that the commands write', async () => {
    await using open = new AsyncDisposableStack()
    const log = await KafkaLog.open(kafkaSettings(stack.kafkaBrokers, `${stack.prefix}.contracts.`))
    open.defer(() => log.close())
    const writeSide = await openTestWriteSide(log.databaseUrl)
    open.defer(() => writeSide.close())
    await writeEveryType(writeSide)

    const bus = await log.openBus()
    await log.startRelay(bus)
    const taking = takeInBackground(await bus.subscribe('group'))
    const types = () => new Set(taking.done.map(({ type }) => type))
    await eventually(() => types().size === EVENT_TYPES.length)
    await taking.stop()
    expect(taking.done.flatMap(contractFaults)).toEqual([])
  })
})

async function writeEveryType(writeSide: Awaited<ReturnType<typeof openTestWriteSide>>): Promise<void> {
  const { handlers } = writeSide
  const accepted = async (outcome: Promise<{ readonly kind: string }>) =>
    expect(await outcome).toMatchObject({ kind: 'accepted' })
  const order = (request: Parameters<typeof handlers.order>[0]) => accepted(handlers.order(request, contextOf()))
  await stock(writeSide)
  await order(createOrderRequest('delivered'))
  await order({ type: 'AddOrderItem', orderId: 'delivered', item: { sku: 's', quantity: 2 } })
  const amount = { amount: '10.00', currency: 'USD' }
  await order({ type: 'RecordPayment', orderId: 'delivered', amount, reference: 'card' })
  await order({ type: 'ConfirmOrder', orderId: 'delivered' })
  await order({ type: 'ShipOrder', orderId: 'delivered', trackingNumber: 'TRACK-1' })
  await order({ type: 'DeliverOrder', orderId: 'delivered' })
  await order(createOrderRequest('cancelled'))
  await order({ type: 'CancelOrder', orderId: 'cancelled', reason: 'changed my mind' })
  const unitPrice = { amount: '21.00', currency: 'USD' }
  await accepted(handlers.product({ type: 'ChangeProductPrice', sku: 's', unitPrice }, contextOf()))
  await accepted(handlers.product({ type: 'UpdateInventory', sku: 's', setOnHand: 3, reason: 'counted' }, contextOf()))
  await accepted(handlers.customer({ type: 'ChangeCustomerContact', customerId: 'c', name: 'Ada King' }, contextOf()))
  await accepted(handlers.customer({ type: 'ForgetCustomer', customerId: 'c', reason: 'asked' }, contextOf()))
}

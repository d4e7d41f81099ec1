import type { GraphQLResolveInfo } from 'graphql'
import { Arg, Ctx, FieldResolver, Info, Int, Mutation, Resolver, Root } from 'type-graphql'
import type { CustomerRequest } from '../../write/index.js'
import { awaitProjected } from '../awaitWrite.js'
import { type CommandInput, commandContextOf, payloadOf } from '../commands.js'
import type { GatewayContext } from '../context.js'
import { CustomerCommandPayload } from '../types/commandPayloads.js'
import { Customer } from '../types/customer.js'
import {
  ChangeCustomerContactInput,
  ForgetCustomerInput,
  RegisterCustomerInput,
} from '../types/customerCommandInputs.js'
import { DEFAULT_PROJECTED_MS, PROJECTED, PROJECTED_TIMEOUT } from '../types/projected.js'

@Resolver(() => CustomerCommandPayload)
export class CustomerCommandsResolver {
  @Mutation(() => CustomerCommandPayload, { description: 'Registers a customer.' })
  registerCustomer(
    @Arg('input', () => RegisterCustomerInput) input: RegisterCustomerInput,
    @Ctx() context: GatewayContext,
  ): Promise<CustomerCommandPayload> {
    const { customerId, name, email } = input
    const request = {
      type: 'RegisterCustomer',
      ...(typeof customerId === 'string' ? { customerId } : {}),
      name,
      email,
    } as const
    return customerCommand(request, input, context)
  }

  @Mutation(() => CustomerCommandPayload, {
    description: "Changes a customer's name or e-mail address, on all of their orders too.",
  })
  changeCustomerContact(
    @Arg('input', () => ChangeCustomerContactInput) input: ChangeCustomerContactInput,
    @Ctx() context: GatewayContext,
  ): Promise<CustomerCommandPayload> {
    const { customerId, name, email } = input
    const request = {
      type: 'ChangeCustomerContact',
      customerId,
      ...(typeof name === 'string' ? { name } : {}),
      ...(typeof email === 'string' ? { email } : {}),
    } as const
    return customerCommand(request, input, context)
  }

  @Mutation(() => CustomerCommandPayload, {
    description:
      "Erases the customer's personal data everywhere, for good: name, e-mail, address. Orders stay, their shippingAddress null (region and country are kept for statistics alone).",
  })
  forgetCustomer(
    @Arg('input', () => ForgetCustomerInput) input: ForgetCustomerInput,
    @Ctx() context: GatewayContext,
  ): Promise<CustomerCommandPayload> {
    return customerCommand(
      { type: 'ForgetCustomer', customerId: input.customerId, reason: input.reason },
      input,
      context,
    )
  }

  @FieldResolver(() => Customer, PROJECTED)
  async projected(
    @Root() { written }: CustomerCommandPayload,
    @Arg('timeoutMs', () => Int, PROJECTED_TIMEOUT) timeoutMs: number | null | undefined,
    @Ctx() context: GatewayContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Customer | null> {
    if (!written) return null
    const customerId = await awaitProjected(written, timeoutMs ?? DEFAULT_PROJECTED_MS, context, info)
    return (await context.loaders.customers.load(customerId)) ?? null
  }
}

async function customerCommand(
  request: CustomerRequest,
  input: CommandInput,
  context: GatewayContext,
): Promise<CustomerCommandPayload> {
  return payloadOf(await context.handlers.customer(request, commandContextOf(input, context)), context)
}

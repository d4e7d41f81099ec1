import type { Message } from '../message.js'

export type RegisterCustomer = Message<
  'RegisterCustomer',
  { readonly customerId: string; readonly name: string; readonly email: string }
>
export type ChangeCustomerContact = Message<
  'ChangeCustomerContact',
  { readonly customerId: string; readonly name?: string; readonly email?: string }
>
export type ForgetCustomer = Message<'ForgetCustomer', { readonly customerId: string; readonly reason: string }>

export type CustomerCommand = RegisterCustomer | ChangeCustomerContact | ForgetCustomer

import type { Message } from '../message.js'

/** Null once the customer is forgotten: the key that could read it is gone. */
export interface Contact {
  readonly name: string
  readonly email: string
}

export type CustomerRegistered = Message<'CustomerRegistered', { readonly contact: Contact | null }>
/** Only what changed is set. */
export type CustomerContactChanged = Message<'CustomerContactChanged', { readonly contact: Partial<Contact> | null }>
export type CustomerForgotten = Message<'CustomerForgotten', { readonly reason: string }>

export type CustomerEvent = CustomerRegistered | CustomerContactChanged | CustomerForgotten

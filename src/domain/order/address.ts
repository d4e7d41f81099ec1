/** The part of an address that names a person's door: erased when the customer is forgotten. */
export interface PersonalAddress {
  readonly line1: string
  readonly line2: string | null
  readonly city: string
  readonly postalCode: string
}

/** Where an order goes. Region and country are kept for statistics; `personal` is null once the customer is forgotten. */
export interface Address {
  readonly personal: PersonalAddress | null
  readonly region: string | null
  /** ISO 3166-1 alpha-2. */
  readonly country: string
}

/** An address that a parcel can go to: what every order is created with. Only a forgotten customer's loses its personal part. */
export type DeliverableAddress = Address & { readonly personal: PersonalAddress }

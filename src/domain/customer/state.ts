/** A customer as far as a decision needs it: who they are stays encrypted, no rule asks for it. */
export type CustomerState =
  | { readonly status: 'NONE' }
  | { readonly status: 'REGISTERED' }
  | { readonly status: 'FORGOTTEN' }

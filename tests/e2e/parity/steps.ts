/** One step of a script: what is asked, with variables that may depend on when and how earlier steps were answered. */
export interface Step {
  readonly operation: string
  readonly variables: (past: Past) => Readonly<Record<string, unknown>>
}

/** What a step may know of those before it. The same question, whatever the clock and the secrets of the service that is asked. */
export interface Past {
  /** When the n-th command began, by this machine's clock. */
  commandBegan(n: number): string
  /** The token of the newest accepted command on a stream; null where there is none. */
  tokenOf(id: string): string | null
}

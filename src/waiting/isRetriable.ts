/** Whether the same work may succeed later as it is: a store, the log or the bus did not answer. The errors of our ports say so. */
export function isRetriable(error: unknown): boolean {
  return error instanceof Error && 'retryable' in error && error.retryable === true
}

import { setTimeout as sleep } from 'node:timers/promises'

/**
 * As `work`, but rejects after `timeoutMs`, with what `tooLate` makes where it is given. The work itself goes on, and how it ends then concerns
 * nobody.
 */
export async function within<Result>(
  timeoutMs: number,
  work: Promise<Result>,
  tooLate: () => Error = () => new Error(`It took longer than ${timeoutMs} ms.`),
): Promise<Result> {
  const timeout = new AbortController()
  const late = async (): Promise<never> => {
    await sleep(timeoutMs, undefined, { signal: timeout.signal })
    throw tooLate()
  }
  try {
    return await Promise.race([work, late()])
  } finally {
    timeout.abort()
  }
}

import { setTimeout as sleep } from 'node:timers/promises'

/** As `work`, but rejects after `timeoutMs`. The work itself goes on, and how it ends then concerns nobody. */
export async function within<Result>(timeoutMs: number, work: Promise<Result>): Promise<Result> {
  const timeout = new AbortController()
  const tooLate = async (): Promise<never> => {
    await sleep(timeoutMs, undefined, { signal: timeout.signal })
    throw new Error(`It took longer than ${timeoutMs} ms.`)
  }
  try {
    return await Promise.race([work, tooLate()])
  } finally {
    timeout.abort()
  }
}

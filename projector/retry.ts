import type { Logger } from 'pino'
import { isRetriable } from '../src/waiting/isRetriable.js'
import { pause } from '../src/waiting/pause.js'
import { faultText } from './faults.js'

const FIRST_PAUSE_MS = 50
const LONGEST_PAUSE_MS = 5_000

/**
 * Repeats `work` until it succeeds, with growing pauses and jitter; undefined when `signal` aborts first.
 *
 * Without limit on purpose: what can't be reached comes back, and passing over the work would lose it. A fault that is no such outage is
 * repeated too, loudly: a projector that stands still shows in its lag, one that goes on with a hole shows nowhere.
 */
export async function untilDone<Result>(
  what: string,
  work: () => Promise<Result>,
  { signal, logger }: { readonly signal: AbortSignal; readonly logger: Logger },
): Promise<Result | undefined> {
  for (let tries = 1; !signal.aborted; tries += 1) {
    try {
      return await work()
    } catch (error) {
      const level = isRetriable(error) ? 'warn' : 'error'
      logger[level]({ tries, fault: faultText(error) }, `${what} failed and is tried again`)
      const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** (tries - 1), LONGEST_PAUSE_MS)
      await pause(pauseMs * (0.5 + Math.random() / 2), signal)
    }
  }
  return undefined
}

/**
 * As `untilDone`, but tries at least once, also where `signal` has aborted: what is in work is finished where it can be. False when it was stopped
 * before that.
 */
export async function succeeds(
  what: string,
  work: () => Promise<void>,
  options: Parameters<typeof untilDone>[2],
): Promise<boolean> {
  try {
    await work()
    return true
  } catch (error) {
    options.logger.warn({ fault: faultText(error) }, `${what} failed and is tried again`)
  }
  const done = await untilDone(
    what,
    async () => {
      await work()
      return true
    },
    options,
  )
  return done === true
}

import { isRetriable } from '../../src/waiting/isRetriable.js'
import { pause } from '../../src/waiting/pause.js'

const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 5_000
/** A server that is restarted is back by then. Somebody looks on who can go on later where this ended. */
const GIVE_UP_AFTER_MS = 60_000

/** Repeats what a store or the log did not answer, and gives up after a minute: throws the last fault, or the reason of `signal`. */
export async function patiently<Result>(work: () => Promise<Result>, signal: AbortSignal): Promise<Result> {
  const giveUpAt = performance.now() + GIVE_UP_AFTER_MS
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    try {
      return await work()
    } catch (error) {
      signal.throwIfAborted()
      if (!isRetriable(error) || performance.now() + pauseMs > giveUpAt) throw error
      await pause(pauseMs, signal)
    }
  }
}

import { setImmediate as nextTurn } from 'node:timers/promises'
import type fc from 'fast-check'

/** For `fc.scheduler({ act })`. Reads are batched over a turn of the loop: without this one everything else would have happened before the first read is sent. */
export async function withItsReads(run: () => Promise<unknown>): Promise<void> {
  await run()
  await nextTurn()
}

/** Runs everything that is scheduled, and what follows from it. */
export async function runToIdle(s: fc.Scheduler): Promise<void> {
  do {
    await s.waitIdle()
    await nextTurn()
  } while (s.count() > 0)
}

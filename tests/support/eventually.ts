import { setTimeout as delay } from 'node:timers/promises'

const POLL_MS = 20

/**
 * Waits until `probe` gives something: not undefined, not false. Fails after `deadlineMs` with the last answer. An exception of the probe
 * ends the wait at once: it says that waiting on is no use.
 */
export async function eventually<Found>(
  probe: () => Found | undefined | false | Promise<Found | undefined | false>,
  deadlineMs = 10_000,
): Promise<Found> {
  const giveUpAt = performance.now() + deadlineMs
  for (;;) {
    const found = await probe()
    if (found !== undefined && found !== false) return found
    if (performance.now() > giveUpAt)
      throw new Error(`Waited ${deadlineMs} ms for ${probe.toString()}; it never came true.`)
    await delay(POLL_MS)
  }
}

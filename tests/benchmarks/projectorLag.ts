import { setTimeout as delay } from 'node:timers/promises'
import { postGraphql } from './http/postGraphql.js'

const PROJECTIONS = JSON.stringify({ query: '{ projections { lagEvents } }' })
const POLL_MS = 200
/** A report may be a second old: what it says has to be said again by the one after. */
const QUIET_MS = 2_000
const PATIENCE_MS = 120_000

/** Returns once a service reports that its read models show everything. */
export async function untilProjected(url: string): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS
  for (let quietSince = Number.NaN; !(performance.now() - quietSince > QUIET_MS); await delay(POLL_MS)) {
    if (performance.now() > deadline) throw new Error(`Expected the projector to catch up within ${PATIENCE_MS} ms.`)
    const { projections } = await postGraphql<{ projections: { lagEvents: number }[] }>(url, PROJECTIONS)
    const quiet = projections.every(({ lagEvents }) => lagEvents === 0)
    if (!quiet) quietSince = Number.NaN
    else if (Number.isNaN(quietSince)) quietSince = performance.now()
  }
}

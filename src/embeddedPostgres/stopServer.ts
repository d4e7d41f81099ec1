import { setTimeout as delay } from 'node:timers/promises'
import { EmbeddedPostgresUnavailable, hasCode } from './errors.js'
import { holderOf } from './postmasterRecord.js'

const POLL_INTERVAL_MS = 20

/** PostgreSQL's stop modes, each with the time it gets: fast (sessions end, checkpoint), immediate (recovery at the next start), none at all. */
const STEPS: readonly { readonly signal: NodeJS.Signals; readonly timeoutMs: number }[] = [
  { signal: 'SIGINT', timeoutMs: 6_000 },
  { signal: 'SIGQUIT', timeoutMs: 1_500 },
  { signal: 'SIGKILL', timeoutMs: 500 },
]

/** Returns when the server's process is gone, 8 s at most. Nothing committed is lost by any of the steps. */
export async function stopServer(pid: number, cluster: string): Promise<void> {
  const gone = async (): Promise<boolean> => (await holderOf(pid, cluster)) !== 'server'
  for (const { signal, timeoutMs } of STEPS) {
    const deadline = performance.now() + timeoutMs
    if (await gone()) return
    send(signal, pid)
    while (performance.now() < deadline) {
      if (await gone()) return
      await delay(POLL_INTERVAL_MS)
    }
  }
  throw new EmbeddedPostgresUnavailable(
    `PostgreSQL (process ${pid}) in ${cluster} did not end within 8 s, not even by SIGKILL: look at its disk.`,
  )
}

function send(signal: NodeJS.Signals, pid: number): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    // It ended between the look and the signal.
    if (!hasCode(error, 'ESRCH')) throw error
  }
}

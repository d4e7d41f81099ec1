import { join } from 'node:path'
import type { Logger } from 'pino'
import type { Part } from './part.js'

const LOOK_MS = 1_000

/** Says once of each part that its server is gone, which otherwise shows only as refused connections elsewhere. directory: that of the stack. Returns its end. */
export function tellWhoEnds(parts: readonly Part[], directory: string, logger: Logger): () => void {
  const running = new Set(parts)
  const look = (): void => {
    for (const part of running) {
      if (isThere(part.pid)) continue
      running.delete(part)
      logger.error(
        `${part.name} has ended: what it said is below ${join(directory, part.name)}; Ctrl-C, then npm run stack starts all anew`,
      )
    }
  }
  const looking = setInterval(look, LOOK_MS)
  return () => clearInterval(looking)
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

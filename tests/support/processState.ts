import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** First letter of the process's state as `ps` has it, such as `T` for stopped and `Z` for a zombie; undefined where there is none. */
export async function stateOf(pid: number): Promise<string | undefined> {
  try {
    const { stdout } = await run('ps', ['-o', 'stat=', '-p', String(pid)])
    return stdout.trim()[0]
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 1) return undefined
    throw error
  }
}

/** A zombie, whom nobody has reaped, does not run. */
export async function isRunning(pid: number): Promise<boolean> {
  const state = await stateOf(pid)
  return state !== undefined && state !== 'Z'
}

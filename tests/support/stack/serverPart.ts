import { readFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { GuardedProcess, type Program } from './guardedProcess.js'
import type { Part, PartName } from './part.js'

const POLL_MS = 100
/** A JVM that starts on a machine whose cores are all busy. */
const START_TIMEOUT_MS = 90_000
const LOG_LINES_IN_ERROR = 15

export interface ServerPlan {
  readonly name: PartName
  readonly address: string
  readonly program: Program
  /** Whether the server answers as a client needs it. An exception counts as no. */
  readonly answers: () => Promise<boolean>
}

/** A part that is one process. Returns when it answers; throws, with the end of its log, when it does not. */
export async function startServerPart(plan: ServerPlan): Promise<Part> {
  let server = await launch(plan)
  const kill = async (signal: NodeJS.Signals = 'SIGKILL'): Promise<void> => {
    server.signal(signal)
    await server.ended
  }
  return {
    name: plan.name,
    address: plan.address,
    get pid() {
      return server.pid
    },
    kill,
    async restart() {
      await kill()
      server = await launch(plan)
    },
    pause: () => server.signal('SIGSTOP'),
    resume: () => server.signal('SIGCONT'),
    // By SIGKILL: all of them take that without loss, and nobody waits for goodbyes to clients that are gone.
    stop: () => kill(),
  }
}

async function launch(plan: ServerPlan): Promise<GuardedProcess> {
  const server = new GuardedProcess(plan.program)
  const deadline = performance.now() + START_TIMEOUT_MS
  let ending: string | undefined
  void server.ended.then((how) => {
    ending = how
  })
  let lastFault: unknown
  while (ending === undefined && performance.now() < deadline) {
    try {
      if (await plan.answers()) return server
    } catch (error) {
      lastFault = error
    }
    await delay(POLL_MS)
  }
  server.signal('SIGKILL')
  await server.ended
  throw new Error(
    `${plan.name} ${ending === undefined ? `did not answer within ${START_TIMEOUT_MS / 1000} s` : `ended at its start (${ending})`}. Its log (${plan.program.logFile}) ends:\n${await endOfLog(plan)}`,
    { cause: lastFault },
  )
}

async function endOfLog({ program }: ServerPlan): Promise<string> {
  return (await readFile(program.logFile, 'utf8')).trimEnd().split('\n').slice(-LOG_LINES_IN_ERROR).join('\n')
}

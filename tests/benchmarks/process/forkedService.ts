import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const SERVICE = fileURLToPath(new URL('serviceProcess.js', import.meta.url))

export interface ForkedService {
  readonly url: string
  /** Of its heap, after a collection. */
  bytesInUse(): Promise<number>
  stop(): Promise<void>
}

/** The whole service in a process of its own. preload: modules that are loaded before it. Returns when it is ready. */
export async function forkService(
  databaseUrl: string,
  variables: Readonly<Record<string, string>> = {},
  preload: readonly string[] = [],
): Promise<ForkedService> {
  const execArgv = ['--expose-gc', ...preload.flatMap((module) => ['--import', module])]
  const child = fork(SERVICE, [databaseUrl, JSON.stringify(variables)], { execArgv })
  return {
    url: await nextMessage<string>(child),
    bytesInUse: () => {
      child.send('collect')
      return nextMessage<number>(child)
    },
    stop: async () => {
      const exited = once(child, 'exit')
      if (child.connected) child.disconnect()
      if (child.exitCode === null && child.signalCode === null) await exited
    },
  }
}

/** Rejects when the process ends instead of saying something. */
async function nextMessage<Message>(child: ChildProcess): Promise<Message> {
  const ended = new AbortController()
  try {
    const [message] = await Promise.race([
      once(child, 'message', { signal: ended.signal }),
      once(child, 'exit', { signal: ended.signal }).then(() => {
        throw new Error('Expected the process of the service to answer, but it ended.')
      }),
    ])
    return message as Message
  } finally {
    ended.abort()
  }
}

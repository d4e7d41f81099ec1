import { pino } from 'pino'
import { discardDataDir, makeTestFolder } from '../throwAwayServer.js'
import type { Part, PartName } from './part.js'
import { type StackOptions, startStack } from './startStack.js'

export interface PrivateStack<Name extends PartName> {
  readonly parts: Readonly<Record<Name, Part>>
  /** Ends the servers and deletes their data. */
  stop(): Promise<void>
}

/** Servers for one test file alone: to be killed, paused and restarted. Throws where this machine cannot run one of them. */
export function startPrivateStack<const Name extends PartName>(...names: readonly Name[]): Promise<PrivateStack<Name>> {
  return startPrivateStackWith({}, ...names)
}

/** As startPrivateStack, with more to say of how they are started. */
export async function startPrivateStackWith<const Name extends PartName>(
  options: Pick<StackOptions, 'proxiedKafka'>,
  ...names: readonly Name[]
): Promise<PrivateStack<Name>> {
  const directory = await makeTestFolder()
  const logger = pino({ level: 'warn' })
  const stack = await startStack({ ...options, directory, logger, purpose: 'test', parts: names })
  const stop = async (): Promise<void> => {
    await stack.stop()
    await discardDataDir(directory)
  }
  if (!hasAll(stack.parts, names)) {
    await stop()
    throw new Error(`this machine cannot run the stack: ${JSON.stringify(stack.missing)}`)
  }
  return { parts: stack.parts, stop }
}

function hasAll<Name extends PartName>(
  parts: Partial<Record<PartName, Part>>,
  names: readonly Name[],
): parts is Record<Name, Part> {
  return names.every((name) => parts[name] !== undefined)
}

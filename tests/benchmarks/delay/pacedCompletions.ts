import { setTimeout as pause } from 'node:timers/promises'
import type { Client } from '../../support/client.js'
import { commandToCompletion, type Level } from './commandToCompletion.js'

export interface Pace {
  readonly perSecond: number
  readonly level?: Level
  /** Asked before each command; begun: how many there were. */
  readonly goOn: (begun: number) => boolean
}

/** Milliseconds from command to completion of each of the commands, which begin evenly spaced, whether those before are done or not. */
export async function pacedCompletions(
  clients: readonly Client[],
  url: string,
  { perSecond, level, goOn }: Pace,
): Promise<readonly number[]> {
  const startedAt = performance.now()
  const completions: Promise<number>[] = []
  for (let tick = 0; goOn(tick); tick++) {
    await pause(Math.max(0, startedAt + (tick * 1_000) / perSecond - performance.now()))
    const client = clients[tick % clients.length]
    if (client) completions.push(commandToCompletion(client, url, level))
  }
  return Promise.all(completions)
}

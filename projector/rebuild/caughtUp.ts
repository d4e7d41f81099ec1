import type { EventBus } from '../../src/bus/eventBus.js'
import type { LogLag, LogObserver } from '../../src/bus/logObserver.js'
import { pause } from '../../src/waiting/pause.js'
import { patiently } from './patiently.js'

const LOOK_EVERY_MS = 200
/** The last of it is waited for in the switch, while nothing becomes visible. */
const NEAR_EVENTS = 100
const NEAR_SECONDS = 0.5
/** A projector that is there notices within a second; one that was just started takes longer to join. */
const UNFOLLOWED_FOR_MS = 30_000

/** Nobody brings the generation up to date. The message is one line for the operator. */
export class NobodyFollows extends Error {
  override readonly name = 'NobodyFollows'
  readonly code = 'NOBODY_FOLLOWS'
}

/** Waits until the group is as near to the newest event as projectors are. Throws NobodyFollows where no projector works in it. */
export async function caughtUp(
  { bus, observer }: { readonly bus: EventBus; readonly observer: LogObserver },
  group: string,
  signal: AbortSignal,
  onLook: (lag: LogLag) => void,
): Promise<void> {
  let followedAt = performance.now()
  for (;;) {
    signal.throwIfAborted()
    const lag = await patiently(async () => observer.lagBehind(await bus.progress(group)), signal)
    onLook(lag)
    const isFollowed = !(await patiently(() => bus.groups.isEmpty(group), signal))
    if (isFollowed && (lag.events <= NEAR_EVENTS || lag.seconds <= NEAR_SECONDS)) return
    if (isFollowed) followedAt = performance.now()
    if (performance.now() > followedAt + UNFOLLOWED_FOR_MS) {
      throw new NobodyFollows(
        `Waited ${UNFOLLOWED_FOR_MS / 1_000} s for a projector in the group ${group}, found none: start one, and go on with --resume.`,
      )
    }
    await pause(LOOK_EVERY_MS, signal)
  }
}

import type { Logger } from 'pino'
import type { Config } from '../config.js'
import type { Instruments } from '../telemetry/instruments.js'
import { openProcessMetrics } from './openProcessMetrics.js'
import type { Patience } from './patience.js'

/** What every step of a start is given. */
export interface Assembly extends Patience {
  readonly config: Config
  readonly logger: Logger
  /** Takes what has to be closed: undone in reverse order, when the start fails or the process ends. */
  readonly starting: AsyncDisposableStack
  readonly stopRequested: AbortSignal
  readonly instruments: Instruments
  /** All metrics of the process, as text for whoever scrapes them; left out where nobody can. */
  readonly metricsText?: () => Promise<string>
}

/** To be called when something broke that nothing here can mend: the process is to end. */
export type OnLost = (error: Error) => void

/** A running process of the service. */
export interface Service {
  /** http://host:port/graphql, or where the process answers /healthz; empty where it answers nowhere. */
  readonly url: string
  /** Resolves when the process is to stop: undefined where the caller's signal asked for it, else what broke. */
  readonly ended: Promise<Error | undefined>
  /** Ends every part in reverse order of its start, all of them, and rejects with what went wrong meanwhile. */
  stop(): Promise<void>
}

/**
 * Starts what `assemble` puts together. A start that fails stops again what it had started; one that `stopRequested` calls off does so
 * between two parts.
 */
export async function assembled(
  given: Omit<Assembly, 'starting' | 'instruments' | 'metricsText'>,
  assemble: (assembly: Assembly, onLost: OnLost) => Promise<string>,
): Promise<Service> {
  await using starting = new AsyncDisposableStack()
  const ended = Promise.withResolvers<Error | undefined>()
  given.stopRequested.addEventListener('abort', () => ended.resolve(undefined), { once: true })
  const metrics = await openProcessMetrics(given.config, given.logger)
  starting.defer(() => metrics.close())
  const measured = { instruments: metrics.instruments, metricsText: () => metrics.text() }
  const url = await assemble({ ...given, ...measured, starting }, ended.resolve)
  const running = starting.move()
  return { url, ended: ended.promise, stop: () => running.disposeAsync() }
}

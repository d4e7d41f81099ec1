import { startHealthServer } from '../health/healthServer.js'
import type { ProbedPart, Readiness } from '../health/probes.js'
import type { Assembly } from './assembly.js'

export interface HealthPart {
  /** http://host:port; empty where METRICS_PORT is 0. */
  readonly url: string
  /** Until then the process is alive and not ready. */
  readyWhen(readiness: Readiness): void
}

/**
 * Where a process says how it is, and what it has measured. Started first, so that whoever looks after the process sees it waiting for its servers.
 * Throws PortInUse.
 */
export async function startHealthPart({ config, metricsText, starting, stopRequested }: Assembly): Promise<HealthPart> {
  let readiness: Readiness = async () => [self(config.role, 'starting')]
  const readyWhen = (given: Readiness): void => {
    readiness = given
  }
  if (config.metricsPort === 0) return { url: '', readyWhen }
  const health = await startHealthServer({
    host: config.host,
    port: config.metricsPort,
    variable: 'METRICS_PORT',
    metricsText,
    readiness: async () => (stopRequested.aborted ? [self(config.role, 'stopping')] : readiness()),
  })
  starting.defer(() => health.stop())
  return { url: health.url, readyWhen }
}

function self(part: string, state: string): ProbedPart {
  return { part, ok: false, state }
}

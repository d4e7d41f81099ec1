import { pino } from 'pino'
import type { Installation } from '../../src/admin/installation.js'
import { InstallationOpener } from '../../src/composition/openInstallation.js'
import type { Config } from '../../src/config.js'
import { NO_INSTRUMENTS } from '../../src/telemetry/instruments.js'

export interface OpenedInstallation extends Installation {
  close(): Promise<void>
}

/** The stores of a service under test, to be looked into and changed behind its back. */
export async function openInstallation(config: Config): Promise<OpenedInstallation> {
  const starting = new AsyncDisposableStack()
  const logger = pino({ level: 'silent' })
  const stopRequested = new AbortController().signal
  const opener = new InstallationOpener({
    config: { ...config, role: 'admin' },
    logger,
    instruments: NO_INSTRUMENTS,
    starting,
    stopRequested,
  })
  return { ...(await opener.open()), close: () => starting.disposeAsync() }
}

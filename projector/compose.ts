import type { Logger } from 'pino'
import { type Assembly, assembled, type Service } from '../src/composition/assembly.js'
import { openLog } from '../src/composition/openLog.js'
import { openReadModels } from '../src/composition/openReadModels.js'
import { required, sharedDatabaseUrl } from '../src/composition/openStorage.js'
import { openTransport } from '../src/composition/openTransport.js'
import { requireWholeLog } from '../src/composition/requireWholeLog.js'
import { startHealthPart } from '../src/composition/startHealthPart.js'
import { observeHorizon, startLogClock } from '../src/composition/startLogMeasures.js'
import { startProjectorPart } from '../src/composition/startProjectorPart.js'
import type { Config } from '../src/config.js'
import { PersonalDataCipher } from '../src/contract/personalData.js'
import { reachable, together } from '../src/health/probes.js'

/** The composition root of a projector as a process of its own. A start that fails stops again what it had started. */
export function startProjectorProcess(config: Config, logger: Logger, stopRequested: AbortSignal): Promise<Service> {
  return assembled({ config, logger, stopRequested }, projector)
}

async function projector(assembly: Assembly): Promise<string> {
  const health = await startHealthPart(assembly)
  const databaseUrl = sharedDatabaseUrl(assembly.config)
  const log = await openLog(assembly, databaseUrl)
  const { installationId, historyId } = log
  const transport = await openTransport(assembly, { databaseUrl, installationId, historyId })
  if (transport.kafka) await requireWholeLog(assembly, transport.kafka.bus, log)
  const readModels = await openReadModels(assembly, { databaseUrl, installationId, historyId })
  const clock = startLogClock(assembly, log)
  observeHorizon(assembly, transport.observer)
  const cipher = new PersonalDataCipher(required(assembly.config, 'personalDataKeys'))
  const projectorState = startProjectorPart(assembly, { log, transport, readModels, cipher, clock })
  health.readyWhen(
    together(async () => [projectorState()], reachable('event log', log), transport.readiness, readModels.readiness),
  )
  assembly.logger.info(`ready: projector ${health.url}`)
  return health.url
}

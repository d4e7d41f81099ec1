import type { Logger } from 'pino'
import { LogSignal } from './bus/postgresLog/logSignal.js'
import { type Assembly, assembled, type OnLost, type Service } from './composition/assembly.js'
import { openCommands, openLog } from './composition/openLog.js'
import { openReadModels } from './composition/openReadModels.js'
import { openStorage, sharedDatabaseUrl } from './composition/openStorage.js'
import { openTransport } from './composition/openTransport.js'
import { requireWholeLog } from './composition/requireWholeLog.js'
import { startGatewayPart } from './composition/startGatewayPart.js'
import { startHealthPart } from './composition/startHealthPart.js'
import { observeHorizon, startLogClock } from './composition/startLogMeasures.js'
import { startProjectorPart } from './composition/startProjectorPart.js'
import { startRelayPart } from './composition/startRelayPart.js'
import type { Config } from './config.js'
import { PersonalDataCipher } from './contract/personalData.js'
import { requireFreePort } from './health/listen.js'
import { reachable, together } from './health/probes.js'

export type { Service } from './composition/assembly.js'

/**
 * The composition root: builds the parts that `config.role` names, connects them, and starts them in the order in which they need each other.
 * (The projector as a process of its own has its root in projector/compose.ts.)
 *
 * A start that fails stops again what it had started; one that `stopRequested` calls off does so between two parts.
 */
export function startService(config: Config, logger: Logger, stopRequested: AbortSignal): Promise<Service> {
  const assemble = config.role === 'relay' ? relay : config.role === 'gateway' ? gateway : everything
  return assembled({ config, logger, stopRequested }, assemble)
}

async function everything(assembly: Assembly, onLost: OnLost): Promise<string> {
  const { config, logger, stopRequested } = assembly
  await requireFreePort({ ...config, variable: 'PORT' })
  const health = await startHealthPart(assembly)
  const { databaseUrl, tokenSecrets, personalDataKeys } = await openStorage(assembly, onLost)
  stopRequested.throwIfAborted()
  const signal = new LogSignal()
  const cipher = new PersonalDataCipher(personalDataKeys)
  const onAppended = () => signal.notify()
  const writeSide = await openCommands(assembly, { databaseUrl, tokenSecrets, cipher, onAppended })
  const { installationId, historyId } = writeSide
  const clock = startLogClock(assembly, writeSide)
  const transport = await openTransport(assembly, { databaseUrl, installationId, historyId, signal })
  observeHorizon(assembly, transport.observer)
  const readModels = await openReadModels(assembly, { databaseUrl, installationId, historyId })
  if (transport.kafka) await requireWholeLog(assembly, transport.kafka.bus, writeSide)
  const relayState = transport.kafka && startRelayPart(assembly, transport, transport.kafka)
  const projectorState = startProjectorPart(assembly, { log: writeSide, transport, readModels, cipher, clock })
  stopRequested.throwIfAborted()
  const { url, readiness } = await startGatewayPart(assembly, { writeSide, readModels, tokenSecrets, clock })
  const ownParts = async () => [...(relayState ? [relayState()] : []), projectorState()]
  health.readyWhen(together(ownParts, transport.readiness, readiness))
  logger.info(`ready: ${url}`)
  return url
}

async function gateway(assembly: Assembly, onLost: OnLost): Promise<string> {
  const { config, logger } = assembly
  await requireFreePort({ ...config, variable: 'PORT' })
  const health = await startHealthPart(assembly)
  const { databaseUrl, tokenSecrets, personalDataKeys } = await openStorage(assembly, onLost)
  const cipher = new PersonalDataCipher(personalDataKeys)
  const writeSide = await openCommands(assembly, { databaseUrl, tokenSecrets, cipher, onAppended: () => undefined })
  const { installationId, historyId } = writeSide
  const readModels = await openReadModels(assembly, { databaseUrl, installationId, historyId })
  const clock = startLogClock(assembly, writeSide)
  const { url, readiness } = await startGatewayPart(assembly, { writeSide, readModels, tokenSecrets, clock })
  health.readyWhen(readiness)
  logger.info(`ready: ${url}`)
  return url
}

async function relay(assembly: Assembly): Promise<string> {
  const health = await startHealthPart(assembly)
  const databaseUrl = sharedDatabaseUrl(assembly.config)
  const log = await openLog(assembly, databaseUrl)
  const { installationId, historyId } = log
  const transport = await openTransport(assembly, { databaseUrl, installationId, historyId })
  if (!transport.kafka) throw new Error('Expected parseConfig to have asked for KAFKA_BROKERS.')
  await requireWholeLog(assembly, transport.kafka.bus, log)
  observeHorizon(assembly, transport.observer)
  const relayState = startRelayPart(assembly, transport, transport.kafka)
  health.readyWhen(together(async () => [relayState()], reachable('event log', log), transport.readiness))
  assembly.logger.info(`ready: relay ${health.url}`)
  return health.url
}

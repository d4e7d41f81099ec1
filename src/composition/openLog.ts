import type { PersonalDataCipher } from '../contract/personalData.js'
import { type LogReader, openLogReader, openWriteSide, type WriteSide } from '../write/index.js'
import type { Assembly } from './assembly.js'
import { THE_LOG, whenReachable } from './patience.js'

/** For a process that takes commands. onAppended: as in WriteSideOptions. */
export async function openCommands(
  assembly: Assembly,
  log: {
    readonly databaseUrl: string
    readonly tokenSecrets: readonly string[]
    readonly cipher: PersonalDataCipher
    readonly onAppended: () => void
  },
): Promise<WriteSide> {
  const logger = assembly.logger.child({ part: 'write' })
  const writeSide = await whenReachable(
    { ...THE_LOG, open: () => openWriteSide({ ...log, logger, instruments: assembly.instruments }) },
    assembly,
  )
  assembly.starting.defer(() => writeSide.close())
  return writeSide
}

/** For a process that takes none. */
export async function openLog(assembly: Assembly, databaseUrl: string): Promise<LogReader> {
  const logger = assembly.logger.child({ part: 'log' })
  const log = await whenReachable({ ...THE_LOG, open: () => openLogReader({ databaseUrl, logger }) }, assembly)
  assembly.starting.defer(() => log.close())
  return log
}

import { randomBytes } from 'node:crypto'
import type { Logger } from 'pino'
import { type Service, startService } from '../../src/compose.js'
import { parseConfig } from '../../src/config.js'
import { PersonalDataCipher } from '../../src/contract/personalData.js'
import { openWriteSide, type WriteSide } from '../../src/write/index.js'

/** One for everything that a run starts, so that every part can read what another has written. */
const TOKEN_SECRET = randomBytes(32).toString('hex')
const PERSONAL_DATA_KEY = randomBytes(32).toString('hex')

/** The whole service as `npm start` composes it, on a database of the benchmark's. */
export function startWholeService(databaseUrl: string, logger: Logger): Promise<Service> {
  const config = parseConfig({ PORT: '0', DATABASE_URL: databaseUrl, TOKEN_SECRET, PERSONAL_DATA_KEY })
  return startService(config, logger, new AbortController().signal)
}

export function openBenchmarkWriteSide(databaseUrl: string, logger: Logger): Promise<WriteSide> {
  return openWriteSide({
    databaseUrl,
    cipher: benchmarkCipher(),
    tokenSecrets: [TOKEN_SECRET],
    logger,
    onAppended: () => undefined,
  })
}

export function benchmarkCipher(): PersonalDataCipher {
  return new PersonalDataCipher([PERSONAL_DATA_KEY])
}

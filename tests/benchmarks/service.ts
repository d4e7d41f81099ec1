import type { Logger } from 'pino'
import { type Service, startService } from '../../src/compose.js'
import { parseConfig } from '../../src/config.js'
import { PersonalDataCipher } from '../../src/contract/personalData.js'
import { openWriteSide, type WriteSide } from '../../src/write/index.js'

/** The same in every process of a run, so that each can read what another has written. They guard nothing but benchmark data. */
const TOKEN_SECRET = 'token secret of the benchmarks with at least 32 characters'
const PERSONAL_DATA_KEY = 'personal data key of the benchmarks with at least 32 characters'

/** For a process of ours that is no service. */
export const BENCHMARK_SECRETS = { TOKEN_SECRET, PERSONAL_DATA_KEY }

/** The whole service as `npm start` composes it, on a database of the benchmark's. */
export function startWholeService(
  databaseUrl: string,
  logger: Logger,
  env: Readonly<Record<string, string>> = {},
): Promise<Service> {
  const config = parseConfig({
    PORT: '0',
    METRICS_PORT: '0',
    DATABASE_URL: databaseUrl,
    ...BENCHMARK_SECRETS,
    ...env,
  })
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

import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { ElasticsearchInstallation } from './elasticsearchInstallation.js'
import type { Part } from './part.js'
import { stablePort } from './ports.js'
import { jvmFlags, type Purpose } from './purpose.js'
import { startServerPart } from './serverPart.js'

const HEAP = '512m'
const ANSWER_TIMEOUT_MS = 2_000

/** One node, in an empty folder. */
export async function startElasticsearch(
  installation: ElasticsearchInstallation,
  folder: string,
  purpose: Purpose,
): Promise<Part> {
  await mkdir(folder, { recursive: true })
  const port = await stablePort()
  const address = `http://127.0.0.1:${port}`
  const settings = {
    'path.data': join(folder, 'data'),
    'path.logs': join(folder, 'logs'),
    'discovery.type': 'single-node',
    'network.host': '127.0.0.1',
    'http.port': port,
    'transport.port': await stablePort(),
    // A nearly full disk must not make every index read-only: that is the business of the test that asks for it.
    'cluster.routing.allocation.disk.threshold_enabled': false,
  }
  return startServerPart({
    name: 'elasticsearch',
    address,
    program: {
      command: installation.java,
      args: [
        ...jvmFlags(purpose, HEAP),
        '-cp',
        installation.classPath,
        'SearchNode',
        installation.home,
        ...Object.entries(settings).map(([name, value]) => `${name}=${value}`),
      ],
      folder,
      logFile: join(folder, 'elasticsearch.log'),
    },
    answers: () => answers(address),
  })
}

async function answers(address: string): Promise<boolean> {
  const response = await fetch(`${address}/_cluster/health?wait_for_status=yellow&timeout=1s`, {
    signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
  })
  await response.body?.cancel()
  return response.ok
}

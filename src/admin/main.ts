import '../launcherLost.js'
import { requireNode } from '../nodeVersion.js'

requireNode()
const { runAdminProcess } = await import('../composition/runAdminProcess.js')

/** `npm run admin -- <command>`. */
process.exitCode = await runAdminProcess(process.argv.slice(2), process.env)

import './launcherLost.js'
import { requireNode } from './nodeVersion.js'

requireNode()
/** `npm start` runs every part; with the name of one, that part alone: `gateway` or `relay`. */
const [asked = 'all'] = process.argv.slice(2)
if (asked === 'all' || asked === 'gateway' || asked === 'relay') {
  const { traced } = await import('./tracedProcess.js')
  await traced(process.env, asked, async () => {
    const { runProcess } = await import('./runProcess.js')
    const { startService } = await import('./compose.js')
    await runProcess(process.env, asked, startService)
  })
} else {
  process.stderr.write(`Expected gateway, relay or nothing as the argument, found "${asked}".\n`)
  process.exitCode = 2
}

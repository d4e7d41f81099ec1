import '../src/launcherLost.js'
import { requireNode } from '../src/nodeVersion.js'

requireNode()
const { traced } = await import('../src/tracedProcess.js')

/** `npm run start:projector`. */
await traced(process.env, 'projector', async () => {
  const { runProcess } = await import('../src/runProcess.js')
  const { startProjectorProcess } = await import('./compose.js')
  await runProcess(process.env, 'projector', startProjectorProcess)
})

import { requireNode } from '../src/nodeVersion.js'

requireNode()
const { runProcess } = await import('../src/runProcess.js')
const { startProjectorProcess } = await import('./compose.js')

/** `npm run start:projector`. */
await runProcess(process.env, 'projector', startProjectorProcess)

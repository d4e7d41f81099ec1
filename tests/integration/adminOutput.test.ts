import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { expect, it } from 'vitest'
import { ADMIN_PROGRAM } from '../support/adminProcess.js'

it('an admin command whose output nobody reads to the end says nothing of it', async () => {
  const child = spawn(process.execPath, [ADMIN_PROGRAM, '--help'], { stdio: ['ignore', 'pipe', 'pipe'] })
  child.stdout.destroy()
  const [[code], stderr] = await Promise.all([once(child, 'close'), text(child.stderr)])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
})

import { expect, it } from 'vitest'
import { startServiceUnderTest } from '../support/service.js'
import { describeOnStack } from '../support/stack/onStack.js'
import { commandScript } from './parity/commands.js'
import { Player } from './parity/player.js'
import { queryScript } from './parity/queries.js'
import type { Step } from './parity/steps.js'

const COMMANDS = 300
const QUERIES = 200
const SEED = 20_261_123

const commands = commandScript(COMMANDS, SEED)
const queries = queryScript(QUERIES, SEED)

describeOnStack(['kafka', 'elasticsearch', 'redis'], 'INV-23 PARITY', (stack) => {
  it(`${COMMANDS} commands and ${QUERIES} queries are answered alike in both profiles`, {
    timeout: 180_000,
  }, async () => {
    const embedded = await play({})
    const cluster = await play(stack.environment)
    for (const [n, step] of [...commands, ...queries].entries()) {
      expect(cluster[n], `answer ${n} to ${step.operation}`).toEqual(embedded[n])
    }
  })
})

/** The answers of a service of its own. */
async function play(env: Readonly<Record<string, string>>): Promise<readonly unknown[]> {
  const service = await startServiceUnderTest(env)
  try {
    const player = new Player(service.client)
    const answers = await inOrder(commands, (step) => player.command(step))
    await player.untilVisible()
    return [...answers, ...(await inOrder(queries, (step) => player.query(step)))]
  } finally {
    await service.stop()
  }
}

async function inOrder(steps: readonly Step[], take: (step: Step) => Promise<unknown>): Promise<readonly unknown[]> {
  const answers: unknown[] = []
  for (const step of steps) answers.push(await take(step))
  return answers
}

import { afterAll, beforeAll, describe, inject } from 'vitest'
import { type SharedPart, StackOfFile } from './stackOfFile.js'

/** The first file that asks for a server waits for its start, on a machine that has other things to do. */
const START_TIMEOUT_MS = 120_000

/**
 * `describe` for tests that need real servers of the run's stack. Where this machine cannot run one of them the tests are skipped, and the
 * end of the run says why; with CI set that is a failure. What they leave under their prefix is removed afterwards.
 * body: may hand `stack` on; its addresses are there from beforeAll on.
 */
export function describeOnStack(parts: readonly SharedPart[], title: string, body: (stack: StackOfFile) => void): void {
  const { missing } = inject('stack')
  const lacking = parts.filter((part) => missing[part] !== undefined)
  const fullTitle = lacking.length === 0 ? title : `${title} (without ${lacking.join(', ')})`
  describe.skipIf(lacking.length > 0)(fullTitle, () => {
    const stack = new StackOfFile()
    beforeAll(() => stack.askFor(parts), START_TIMEOUT_MS)
    // Registered before the body's own, hence run after them: by then their clients are closed.
    afterAll(() => stack.removeTraces())
    body(stack)
  })
}

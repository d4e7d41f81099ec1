import type { Reporter, SerializedError, TestModule } from 'vitest/node'

/**
 * Ends the output of a run with one line over all suites: `N passed, N failed`.
 *
 * Failed counts tests, files that could not be loaded, suites whose hooks failed, and errors that no test caught. A run that
 * ends badly without any of these (no global set-up, interrupted) counts one failure, so that the line never contradicts the
 * exit code. With CI set a skipped test is a failure: nobody is there to notice the skip. Servers that
 * this machine could not run are named before the line, with what to install.
 */
export default class TotalsReporter implements Reporter {
  #passed = 0
  #failed = 0

  onInit(): void {
    // On exit, because the teardown of the global set-up and other reporters may still write after the last test.
    process.once('exit', (exitCode) => {
      const failed = exitCode !== 0 && this.#failed === 0 ? 1 : this.#failed
      process.stdout.write(`${this.#passed} passed, ${failed} failed\n`)
    })
  }

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()])
    const suites = modules.flatMap((module) => [...module.children.allSuites()])
    const skipped = tests.filter((test) => test.result().state === 'skipped')
    for (const test of skipped) process.stdout.write(`SKIPPED ${test.module.relativeModuleId} > ${test.fullName}\n`)
    const missing = skipped[0]?.project.getProvidedContext().stack?.missing ?? {}
    for (const [part, reason] of Object.entries(missing)) process.stdout.write(`WITHOUT ${part}: it ${reason}\n`)

    this.#passed = tests.filter((test) => test.result().state === 'passed').length
    this.#failed =
      tests.filter((test) => test.result().state === 'failed').length +
      [...modules, ...suites].filter((container) => container.errors().length > 0).length +
      unhandledErrors.length +
      (process.env.CI === undefined ? 0 : skipped.length)
    if (this.#failed > 0) process.exitCode = 1
  }
}

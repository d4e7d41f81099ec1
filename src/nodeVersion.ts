/** The first one with AsyncDisposableStack, which releases everything that a start has made. */
const OLDEST_NODE = 24

/**
 * Ends the process with one sentence where Node is too old to read the rest of the program. To be asked before the rest is imported.
 */
export function requireNode(version = process.versions.node): void {
  if (Number.parseInt(version, 10) >= OLDEST_NODE) return
  process.stderr.write(
    `Expected Node ${OLDEST_NODE} or newer, found ${version}: start with npm (npm start, npm run start:gateway and so on), which uses the Node that it has installed.\n`,
  )
  process.exit(1)
}

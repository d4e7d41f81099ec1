/**
 * The health check of a container: ends with 0 where the address answers 200, else with 1 and what was found.
 *
 *   node scripts/healthcheck.mjs http://127.0.0.1:9465/readyz
 */
const TIMEOUT_MS = 4_000

const [url] = process.argv.slice(2)
try {
  const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) })
  process.stdout.write(`${response.status} ${await response.text()}\n`)
  process.exitCode = response.ok ? 0 : 1
} catch (error) {
  process.stdout.write(`${url} does not answer: ${error.cause?.message ?? error.message}\n`)
  process.exitCode = 1
}

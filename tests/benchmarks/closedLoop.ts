/**
 * Operations per second of `clients` callers in this process, each of which begins its next operation when the last one is done.
 * Rejects with the first failure.
 */
export async function operationsPerSecond(
  clients: number,
  seconds: number,
  operation: (client: number) => Promise<void>,
): Promise<number> {
  const startedAt = performance.now()
  const endsAt = startedAt + seconds * 1_000
  let done = 0
  await Promise.all(
    Array.from({ length: clients }, async (_, client) => {
      while (performance.now() < endsAt) {
        await operation(client)
        done += 1
      }
    }),
  )
  return done / ((performance.now() - startedAt) / 1_000)
}

import { arch, availableParallelism, cpus, platform, release, totalmem } from 'node:os'

/** What the numbers depend on, and nothing that names the machine. */
export function machineFacts(postgresVersion: string): readonly string[] {
  const model = cpus()[0]?.model.trim() || 'unknown processor'
  return [
    `${availableParallelism()} cores, ${model}, ${(totalmem() / 2 ** 30).toFixed(1)} GiB of memory`,
    `${platform()} ${release()} on ${arch()}`,
    `Node ${process.versions.node}, PostgreSQL ${postgresVersion} (embedded, fsync and synchronous_commit on)`,
  ]
}

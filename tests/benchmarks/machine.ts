import { arch, availableParallelism, cpus, loadavg, platform, release, totalmem } from 'node:os'

/** What the numbers depend on, and nothing that names the machine. To be asked before the run, which is a load itself. */
export function machineFacts(postgresVersion: string): readonly string[] {
  const model = cpus()[0]?.model.trim() || 'unknown processor'
  return [
    `${availableParallelism()} cores, ${model}, ${(totalmem() / 2 ** 30).toFixed(1)} GiB of memory`,
    `${platform()} ${release()} on ${arch()}`,
    `Node ${process.versions.node}, PostgreSQL ${postgresVersion} (embedded, fsync and synchronous_commit on)`,
    `load average ${loadavg()[0]?.toFixed(1)} when the run began`,
  ]
}

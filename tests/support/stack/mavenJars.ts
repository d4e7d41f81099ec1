import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { PartUnavailable } from './partUnavailable.js'
import { findProgram } from './programs.js'

const run = promisify(execFile)

const COPY = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies'
/** 45 MB for one server, on a slow line. */
const DOWNLOAD_TIMEOUT_MS = 8 * 60_000

/**
 * Puts the jars of these artifacts (`group:artifact:version`) and all they depend on into `folder`/lib.
 * Maven checks every file against its published checksum. Throws PartUnavailable.
 */
export async function downloadJars(artifacts: readonly string[], folder: string): Promise<void> {
  const maven = await findProgram('mvn', 'install Maven (Debian: maven)')
  const pom = join(folder, 'pom.xml')
  await writeFile(pom, pomOf(artifacts))
  try {
    await run(
      maven,
      ['--quiet', '--batch-mode', '--strict-checksums', '-f', pom, COPY, `-DoutputDirectory=${join(folder, 'lib')}`],
      {
        timeout: DOWNLOAD_TIMEOUT_MS,
      },
    )
  } catch (error) {
    throw new PartUnavailable(`could not download ${artifacts.join(', ')} by Maven: ${firstFault(error)}`, {
      cause: error,
    })
  }
}

function pomOf(artifacts: readonly string[]): string {
  const dependencies = artifacts.map((artifact) => {
    const [group, name, version] = artifact.split(':')
    return `<dependency><groupId>${group}</groupId><artifactId>${name}</artifactId><version>${version}</version></dependency>`
  })
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>stack</groupId><artifactId>stack</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>${dependencies.join('')}</dependencies>
</project>
`
}

/** Maven reports on standard output, a screen full of it; the first line says what is wrong. */
function firstFault(error: unknown): string {
  const output = error instanceof Error && 'stdout' in error ? String(error.stdout) : ''
  return /^\[ERROR\] (.{1,400})/m.exec(output)?.[1] ?? String(error)
}

import { readdir, readFile, realpath, stat } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'
import { PartUnavailable } from './partUnavailable.js'

/** Where Debian, Fedora and macOS keep their JDKs, one folder each. */
const JDK_FOLDERS = ['/usr/lib/jvm', '/Library/Java/JavaVirtualMachines']

export interface Jdk {
  readonly home: string
  /** Feature release, such as 21. */
  readonly version: number
}

/**
 * A JDK (with compiler) of this feature release or a newer one: that of JAVA_HOME if it will do, else the newest one found.
 * Throws PartUnavailable.
 */
export async function findJdk(oldest: number): Promise<Jdk> {
  const preferred = process.env.JAVA_HOME === undefined ? undefined : await inspect(process.env.JAVA_HOME)
  if (preferred !== undefined && preferred.version >= oldest) return preferred

  const found = await Promise.all((await candidates()).map(inspect))
  const newest = found.filter((jdk) => jdk !== undefined).sort((left, right) => right.version - left.version)[0]
  if (newest !== undefined && newest.version >= oldest) return newest
  throw new PartUnavailable(
    `needs a JDK ${oldest} or newer, and ${newest === undefined ? 'none' : `only ${newest.version}`} was found in JAVA_HOME, PATH and ${JDK_FOLDERS.join(', ')}: install one (Debian: openjdk-${oldest}-jdk-headless or newer; or Temurin) or set JAVA_HOME`,
  )
}

async function candidates(): Promise<string[]> {
  const listed = await Promise.all(
    JDK_FOLDERS.map(async (folder) => {
      const names = await ifPresent(readdir(folder))
      return (names ?? []).flatMap((name) => [join(folder, name), join(folder, name, 'Contents', 'Home')])
    }),
  )
  const onPath = await Promise.all(
    (process.env.PATH ?? '').split(delimiter).map(async (folder) => {
      const program = await ifPresent(realpath(join(folder, 'javac')))
      return program === undefined ? [] : [dirname(dirname(program))]
    }),
  )
  return [...listed, ...onPath].flat()
}

/** Reads the version from the file that every JDK carries, which is faster than running it. */
async function inspect(home: string): Promise<Jdk | undefined> {
  const release = await ifPresent(readFile(join(home, 'release'), 'utf8'))
  const version = Number(/^JAVA_VERSION="(\d+)/m.exec(release ?? '')?.[1])
  const compiler = await ifPresent(stat(join(home, 'bin', 'javac')))
  return Number.isNaN(version) || compiler === undefined ? undefined : { home, version }
}

async function ifPresent<Value>(reading: Promise<Value>): Promise<Value | undefined> {
  try {
    return await reading
  } catch {
    // Absent, or not for us to read: then it is no JDK that we could use.
    return undefined
  }
}

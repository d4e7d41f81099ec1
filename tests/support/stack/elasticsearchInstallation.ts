import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Logger } from 'pino'
import { findJdk, type Jdk } from './javaHome.js'
import { downloadJars } from './mavenJars.js'
import { onceMade } from './onceMade.js'
import { PartUnavailable } from './partUnavailable.js'
import { source } from './sources.js'
import { ELASTICSEARCH_VERSION } from './versions.js'

const run = promisify(execFile)

const OLDEST_JAVA = 21
const LAUNCHER = source('SearchNode.java')
/** The server, and the module that lets it speak HTTP. The other modules of the distribution are not in Maven Central. */
const ARTIFACTS = [
  `org.elasticsearch:elasticsearch:${ELASTICSEARCH_VERSION}`,
  `org.elasticsearch.plugin:transport-netty4:${ELASTICSEARCH_VERSION}`,
]
const MODULE = 'transport-netty4'
const MODULE_JARS = /^(netty-|transport-netty4-)/

export interface ElasticsearchInstallation {
  readonly java: string
  readonly classPath: string
  /** What the server calls its home: config/, plugins/, modules/. Only read, so that several nodes may share it. */
  readonly home: string
}

/** Throws PartUnavailable. */
export async function installElasticsearch(logger: Logger): Promise<ElasticsearchInstallation> {
  const jdk = await findJdk(OLDEST_JAVA)
  const launcher = createHash('sha256')
    .update(await readFile(LAUNCHER))
    .digest('hex')
  // With the JDK in the name: a class file compiled by a newer one does not run on an older one.
  const name = `elasticsearch-${ELASTICSEARCH_VERSION}-java${jdk.version}-${launcher.slice(0, 8)}`
  const folder = await onceMade(name, logger, (stage) => assemble(stage, jdk))
  return {
    java: join(jdk.home, 'bin', 'java'),
    classPath: `${join(folder, 'lib', '*')}:${join(folder, 'launcher')}`,
    home: join(folder, 'home'),
  }
}

async function assemble(folder: string, jdk: Jdk): Promise<void> {
  await downloadJars(ARTIFACTS, folder)
  const lib = join(folder, 'lib')
  const module = join(folder, 'home', 'modules', MODULE)
  for (const made of [module, join(folder, 'home', 'config'), join(folder, 'home', 'plugins')])
    await mkdir(made, { recursive: true })
  for (const jar of await readdir(lib)) if (MODULE_JARS.test(jar)) await rename(join(lib, jar), join(module, jar))
  await describeModule(module, jdk)
  const compiler = [
    join(jdk.home, 'bin', 'javac'),
    '-cp',
    join(lib, '*'),
    '-d',
    join(folder, 'launcher'),
    LAUNCHER,
  ] as const
  await run(compiler[0], compiler.slice(1))
}

/** The module's jar carries its descriptor; as the server is on the class path, the module must not ask to be a named Java module. */
async function describeModule(module: string, jdk: Jdk): Promise<void> {
  const jar = join(module, `${MODULE}-${ELASTICSEARCH_VERSION}.jar`)
  const descriptor = `META-INF/es-plugins/${MODULE}/plugin-descriptor.properties`
  await run(join(jdk.home, 'bin', 'jar'), ['--extract', '--file', jar, descriptor], { cwd: module })
  const text = await readFile(join(module, descriptor), 'utf8')
  if (!text.includes('modulename')) throw new PartUnavailable(`${jar} has another descriptor than expected`)
  await writeFile(join(module, 'plugin-descriptor.properties'), text.replace(/^modulename=.*$/m, ''))
}

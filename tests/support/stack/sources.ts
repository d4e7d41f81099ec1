import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'

/** Searched for, because this code also runs compiled, from dist/. */
function findRepository(): string {
  let folder = import.meta.dirname
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder)
  return folder
}

const REPOSITORY = findRepository()

/** Beside the packages: it goes when they go. Maven's own cache in the home folder makes a second download cheap. */
export const CACHE = join(REPOSITORY, 'node_modules', '.cache', 'stack')

/** A file of this folder as it stands in the repository. */
export function source(name: string): string {
  return join(REPOSITORY, 'tests', 'support', 'stack', name)
}

/** Lets `node` run TypeScript sources as they are. */
export const RUN_TYPESCRIPT = [
  '--import',
  pathToFileURL(join(REPOSITORY, 'tests', 'support', 'typescriptImports.ts')).href,
]

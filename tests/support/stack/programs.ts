import { access, constants } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { PartUnavailable } from './partUnavailable.js'

/** The path of a program on PATH. howToInstall: ends the message of the PartUnavailable that is thrown where there is none. */
export async function findProgram(name: string, howToInstall: string): Promise<string> {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const program = join(folder, name)
    try {
      await access(program, constants.X_OK)
      return program
    } catch {
      // Not in this folder: the next one may have it.
    }
  }
  throw new PartUnavailable(`needs the program ${name}, which is not on PATH: ${howToInstall}`)
}

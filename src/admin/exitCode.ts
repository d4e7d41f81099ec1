/** What a script may decide by. */
export const EXIT = {
  /** It is done, and nothing is wrong. */
  done: 0,
  /** It failed or was refused; standard error says why. */
  failed: 1,
  /** The command line is not one that is known. */
  wrongUsage: 2,
  /** It was done, and has found something wrong that is still so: documents that differ, projections that are not healthy. */
  differences: 3,
} as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** The command line does not say what to do. The message is one line: what was expected, what was found. */
export class WrongUsage extends Error {
  override readonly name = 'WrongUsage'
}

/** What was asked for can't be done as things are. The message is one line for the operator. */
export class Refused extends Error {
  override readonly name = 'Refused'
}

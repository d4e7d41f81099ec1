/** Of the language itself: where one of them comes up, the program is wrong. */
const FAULTS_OF_OURS = /^(Error|AggregateError|TypeError|RangeError|ReferenceError|SyntaxError|SuppressedError)$/

/** What a person can act on is a sentence without a stack: errors with a name or a code are made to be read. */
export function sentenceOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const isForPeople = !FAULTS_OF_OURS.test(error.name) || ('code' in error && typeof error.code === 'string')
  return isForPeople ? error.message : (error.stack ?? error.message)
}

/** Where a command answers. Standard output has the result and nothing else, so that it can be read by a program; all else goes to standard error. */
export interface Output {
  /** `--json`: the result is one JSON document. */
  readonly json: boolean
  /** Whether a person looks on at standard error, so that a line may be written over. */
  readonly onTerminal: boolean
  /** A part of the result. */
  line(text: string): void
  /** What is said beside the result: progress, warnings, what to do next. */
  note(text: string): void
  /** Writes over the line of progress on a terminal; the empty text takes it away. */
  progress(text: string): void
}

export function printJson(out: Output, result: unknown): void {
  out.line(JSON.stringify(result, undefined, 2))
}

/** Columns as wide as their longest cell; numbers to the right. */
export function printTable(
  out: Output,
  columns: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): void {
  const cells = [columns, ...rows.map((row) => row.map(String))]
  const widths = columns.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)))
  const isNumeric = columns.map((_, column) => rows.length > 0 && rows.every((row) => typeof row[column] === 'number'))
  for (const row of cells) {
    const padded = row.map((cell, column) => {
      const width = widths[column] ?? 0
      return isNumeric[column] ? cell.padStart(width) : cell.padEnd(width)
    })
    out.line(padded.join('  ').trimEnd())
  }
}

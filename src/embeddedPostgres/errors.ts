/** Another live process owns the data directory. Nothing was changed; its server goes on. The message is one line for the user. */
export class DataDirInUse extends Error {
  readonly code = 'DATA_DIR_IN_USE'

  /** owner: what is known of it, such as `process 4711`. */
  constructor(dataDir: string, owner: string) {
    super(
      `${dataDir} is in use by another running process (${owner}): stop that one, or set DATA_DIR to another folder.`,
    )
    this.name = 'DataDirInUse'
  }
}

/** The embedded server cannot be had here. The message is one line for the user: what was found, and what to do. */
export class EmbeddedPostgresUnavailable extends Error {
  readonly code = 'EMBEDDED_POSTGRES_UNAVAILABLE'

  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'EmbeddedPostgresUnavailable'
  }
}

/** Whether a thrown value carries one of these codes (Node's `ENOENT`, PostgreSQL's `57P03`). */
export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && codes.includes(error.code)
}

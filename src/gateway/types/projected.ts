/** The `projected` field of all payloads. */
export const DEFAULT_PROJECTED_MS = 2_000

export const PROJECTED = {
  nullable: true,
  description:
    'The read model, as soon as it shows this write. Waits at most timeoutMs, then is null beside the receipt, with error CONSISTENCY_TIMEOUT. Null without an error when the command was refused.',
}

export const PROJECTED_TIMEOUT = {
  nullable: true,
  defaultValue: DEFAULT_PROJECTED_MS,
  description: 'How long to wait, in milliseconds: 0 to 10,000.',
}

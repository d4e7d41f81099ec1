/** Many times what a page or a slice of events takes, and more than a restart of the server that it waits for. */
const STUCK_MS = 60_000

/** Whether a relay or projector has got nowhere for so long that somebody has to look. */
export function isStuck({ stuckForMs }: { readonly stuckForMs: number }): boolean {
  return stuckForMs > STUCK_MS
}

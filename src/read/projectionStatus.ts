import type { ProjectionName } from '../contract/documents.js'

/** How far each projection is, written by the projector into the read store, so that a query needs nothing else. */
export interface ProjectionStatusBoard {
  report(statuses: readonly ProjectionProgress[]): Promise<void>
  read(): Promise<readonly ReportedProgress[]>
}

export interface ProjectionProgress {
  readonly projection: ProjectionName
  /** Events of the log that this projection has still to look at. */
  readonly lagEvents: number
  /** Age of the oldest of them by the database's clock; 0 when there is none. */
  readonly lagSeconds: number
  readonly quarantinedStreams: number
  /** By the database's clock. */
  readonly reportedAt: string
}

export interface ReportedProgress extends ProjectionProgress {
  /**
   * Since `reportedAt`, by the clock of the server that keeps the board, in seconds: a gateway's own clock may be wrong, and would call a
   * projector dead that is not. A board that is not written any more is not healthy.
   */
  readonly silentSeconds: number
}

/** A board that nobody wrote for so long belongs to a projector that is down. */
export const SILENCE_SECONDS = 30
/** Behind by more than this, a projection does not keep up. */
const HEALTHY_LAG_SECONDS = 60

/** Whether it reports regularly, keeps up, and has set nothing aside. */
export function isHealthy({ silentSeconds, lagSeconds, quarantinedStreams }: ReportedProgress): boolean {
  return silentSeconds < SILENCE_SECONDS && lagSeconds < HEALTHY_LAG_SECONDS && quarantinedStreams === 0
}

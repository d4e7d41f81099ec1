/** Public entry of the read side: what the gateway may know of it. */
export type { FeedPosition } from './announcementFeed.js'
export {
  InvalidSince,
  type OrderChangeItem,
  type OrderWatcher,
  ResumeExpired,
  type StreamVersion,
  TooManyWaiters,
  type VersionWaiter,
  type View,
  type WaitOutcome,
} from './consistency.js'
export { StoreUnavailable } from './documentStore.js'
export {
  type AmountByCurrency,
  type FacetCounts,
  InvalidSortKey,
  type OrderFilter,
  type OrderQueries,
  type OrderSearchHit,
  type OrderSort,
  type Page,
  type PageRequest,
  type SortKey,
  type StatisticsBucket,
  type StatisticsGrouping,
} from './orderQueries.js'
export type { ParkedStream, ReleaseRequest } from './parkedStreams.js'
export { isHealthy, type ReportedProgress } from './projectionStatus.js'
export type { AskOutcome } from './quarantineDesk.js'
export type { ReadSide } from './readSide.js'

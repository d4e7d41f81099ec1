/**
 * How far apart an announcement and its repeat may be: agreed between those who announce (projector, bus) and those who have to know a repeat
 * when they see one (the gateway's ring).
 *
 * A projector announces an event before its commit is durable. One that dies in between is followed by another, which announces the event again.
 */

/** Events that a projector takes, and so announces, at once, at most. */
export const MAX_SLICE_EVENTS = 1_000

/** Events of committed slices whose commit is not durable yet, at most: a consumer's `commit` waits beyond it. */
export const MAX_UNCOMMITTED_EVENTS = 2_000

/** An event of an order is announced as applied, and may find another projection of the order parked; a customer's says of its orders, too. */
const ANNOUNCEMENTS_PER_EVENT = 2

/** Announcements of one projector between the last time it announced an event and the next time its successor does, at most. */
export const REPEAT_SPAN = ANNOUNCEMENTS_PER_EVENT * (MAX_SLICE_EVENTS + MAX_UNCOMMITTED_EVENTS)

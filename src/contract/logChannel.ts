/**
 * The channel of PostgreSQL's NOTIFY on which writers of the event log wake readers in other processes. Without payload, and no more than a
 * hint: readers poll too.
 */
export const LOG_CHANNEL = 'events'

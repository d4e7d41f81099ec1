import RequestQueue from 'kafkajs/src/network/requestQueue/index.js'

/**
 * Lets connections to Kafka rest while there is nothing to send.
 *
 * After each answer kafkajs 2.2.4 sets a timer to look for requests that wait, and that timer the next one, without end. Its delay is computed from
 * a time in 1969, so Node makes it 1 ms and prints a TimeoutNegativeWarning: an idle process looks a thousand times a second, 4 % of a core (0.2 %
 * without). The pull requests that mend it (#1755, #1768) will not be merged, the library has no maintainer. Where nothing waits there is nothing
 * to look for, and whatever has to wait later sets the timer itself.
 */
const schedule = RequestQueue.prototype.scheduleCheckPendingRequests
RequestQueue.prototype.scheduleCheckPendingRequests = function scheduleWherePending() {
  if (this.pending.length > 0) schedule.call(this)
}

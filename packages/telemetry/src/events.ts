/**
 * Every event that a log line may name, with the sentence that docs/operations.md shows.
 * A name is noun.verb and stable: people alert on it.
 */
export const EVENTS = {
  "process.started": "A role began to start; its version.",
  "process.ready": "A role serves; the addresses it listens on.",
  "process.stopping": "A role was asked to end and finishes what it holds.",
  "process.stopped": "A role ended in order.",
  "process.failed": "A role ends because of an error that it cannot handle.",
  "config.warned": "The configuration works but holds something doubtful.",
  "limits.differ":
    "A newer configuration than this process's describes the account otherwise; that one's limits are in force.",

  "redis.started": "The embedded Redis runs.",
  "redis.stopped": "The embedded Redis ended.",
  "redis.connected": "A connection to Redis stands (again).",
  "redis.lost": "A connection to Redis broke; it is made anew.",
  "redis.unsafe": "The server's settings do not carry the promise that nothing accepted is lost.",

  "request.failed": "An HTTP request was answered with 500 or above.",
  "auth.refused": "A request came with a missing or wrong token, or a foreign Host header.",
  "metrics.incomplete": "A scrape was answered without the state gauges, because they could not be read.",

  "intent.accepted": "An intent is durable and staged.",
  "intent.replayed": "An Idempotency-Key was seen before and got its first answer again.",
  "intent.refused": "An intent was refused; nothing was enqueued.",
  "intent.cancelled": "The interest of an intent was taken out of its unsealed targets.",
  "intent.retried": "The failed and unconfirmed targets of an intent began a new life.",
  "intent.finished": "All targets of an intent in one account reached their ends.",

  "batch.sent": "A batch was sent and the provider answered.",
  "batch.adopted": "An answer was lost; the provider's list names the tasks: nothing is sent again.",
  "batch.resent": "A batch is sent again, because its last outcome is unknown.",
  "batch.split": "A batch was refused as a whole and is bisected to find the culprit.",
  "lane.rolled": "Enough URLs waited in one directory: that is purged in their place.",
  "call.throttled": "The provider said slow down: the call waits, and goes on at half of its rate.",
  "call.failed": "A call to a provider failed; what kind of failure says `code`.",
  "call.retried": "A call was signed and sent once more at once.",
  "call.late":
    "Redis or this process took too long (`ms`) between a call's permit and its first byte, twice in a row; it asks again, with more time.",
  "poll.answered": "A status query was answered.",
  "poll.failed": "A status query failed and is put off.",

  "quota.told": "The provider told its own figures of the day's quota.",
  "quota.untold": "The provider was asked for its figures of the quota, and did not tell them.",
  "quota.spent": "A quota of the provider's day is spent; its targets wait for the reset.",
  "account.paused": "Submits of an account were paused by someone.",
  "account.resumed": "An account's pause or stop was ended by someone.",
  "account.orphaned":
    "An account that the configuration does not name (any more) has unfinished work; it is kept until the account is back.",
  "account.stopped": "The provider refused the account's credential; nothing is sent until a probe passes.",

  "callback.taken": "A provider called back; the task that it named is asked for soon.",
  "callback.refused": "A provider's callback was not signed with the account's key, or cannot be read.",

  "rescue.swept": "The sweep found work that a crash left behind and took it up again.",
  "job.failed": "A BullMQ job's handler threw; the job runs again.",
  "job.refused": "A foreign job on the queue `intents` was refused by the admission.",
  "loop.stalled": "A loop has work that it could do and has not turned for `health.stalledMs`.",
} as const satisfies Readonly<Record<string, string>>;

/** What happened, as the `event` of a log line. */
export type EventName = keyof typeof EVENTS;

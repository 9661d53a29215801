import { StoreUnavailable } from "@purgeline/core";

// Answers by which Redis says that it did not carry the command out.
const REFUSED =
  /^(OOM|READONLY|LOADING|MASTERDOWN|MISCONF|NOREPLICAS|CLUSTERDOWN|TRYAGAIN|BUSY|NOAUTH|WRONGPASS|NOPERM)\b/;
// ioredis before anything was written: the offline queue is off.
const NOT_SENT =
  /enableOfflineQueue|Connection is closed|Stream isn't writeable|All sentinels are unreachable|Failed to refresh slots cache/;

/** Redis said no, or nothing: `StoreUnavailable`. Anything else is a bug and comes back as it is. */
export function asUnavailable(error: unknown, wasReady: boolean): unknown {
  if (!(error instanceof Error) || error instanceof StoreUnavailable) return error;
  const text = error.message;
  if (REFUSED.test(text))
    return new StoreUnavailable(`store: Redis refuses: ${text}`, { maybeApplied: false, cause: error });
  if (error.name === "ReplyError") return error;
  const maybeApplied = wasReady && !/enableOfflineQueue|Stream isn't writeable/.test(text);
  if (
    NOT_SENT.test(text) ||
    /timed out|ECONN|EPIPE|max retries|ClusterAllFailed|Too many Cluster/i.test(`${error.name} ${text}`)
  ) {
    return new StoreUnavailable(`store: Redis does not answer: ${text}`, { maybeApplied, cause: error });
  }
  return error;
}

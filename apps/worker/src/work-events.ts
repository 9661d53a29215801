import type { WorkEvents } from "@purgeline/engine";
import { type Logger, type Metrics, tellMoved } from "@purgeline/telemetry";

/** Turns what the engine tells into metrics and log lines. */
export function workEvents(log: Logger, metrics: Metrics): WorkEvents {
  return {
    sent({ batch, call, outcome, verdict, durationMs, taskIds }) {
      const { account, lane, id: batchId } = batch;
      metrics.providerCall(account, call, outcome.kind, durationMs);
      metrics.permitWait(account, call, batch.waitedMs);
      const where = {
        account,
        lane,
        batchId,
        call,
        requestId: outcome.requestId,
        ms: Math.round(durationMs),
      };
      if (outcome.kind === "accepted" || outcome.kind === "done") {
        metrics.batchSent(account, lane, batch.items.length);
        log.info("batch.sent", {
          ...where,
          targets: batch.items.length,
          attempt: batch.attempt,
          taskIds: taskIds.slice(0, 10),
          sealedAt: new Date(batch.sealedAtMs).toISOString(),
        });
        return;
      }
      const what = {
        ...where,
        code: outcome.code,
        reason: outcome.kind,
        message: outcome.message.slice(0, 300),
      };
      if (outcome.kind === "throttled") log.warn("call.throttled", what);
      else if (verdict.do === "split") log.warn("batch.split", what);
      else log.warn("call.failed", { ...what, verdict: verdict.do });
    },
    resent({ account, lane, id: batchId, attempt }, cause) {
      metrics.duplicateSubmission(account, cause);
      log.warn("batch.resent", { account, lane, batchId, attempt, reason: cause });
    },
    adopted({ batch: batchId, taskIds, ...found }) {
      metrics.batchSent(found.account, found.lane, found.targets);
      log.info("batch.adopted", { ...found, batchId, taskIds: taskIds.slice(0, 10) });
    },
    retried({ account, call, failure, durationMs }) {
      metrics.providerCall(account, call, failure.kind, durationMs);
      const { code, requestId } = failure;
      log.warn("call.retried", { account, call, code, requestId, ms: Math.round(durationMs) });
    },
    late: (account, call, ageMs) => log.warn("call.late", { account, call, ms: Math.round(ageMs) }),
    polled({ account, call, tasks, outcome, durationMs }) {
      metrics.providerCall(account, call, outcome.kind, durationMs);
      const what = { account, call, tasks, requestId: outcome.requestId, ms: Math.round(durationMs) };
      if (outcome.kind === "progress" || outcome.kind === "listed") log.debug("poll.answered", what);
      else log.warn("poll.failed", { ...what, code: outcome.code, reason: outcome.kind });
    },
    moved: (account, lane, transitions) => tellMoved(account, lane, transitions, { log, metrics }),
    quotaAsked({ account, call, answer, durationMs }) {
      metrics.providerCall(account, call, answer.kind, durationMs);
      const what = { account, call, requestId: answer.requestId, ms: Math.round(durationMs) };
      if (answer.kind === "figures") log.debug("quota.told", { ...what, figures: answer.figures.length });
      else log.warn("quota.untold", { ...what, code: answer.code, reason: answer.kind });
    },
    quotaSpent: (account, quota) => log.warn("quota.spent", { account, quota }),
    stopped: (account, code, message) =>
      log.error("account.stopped", { account, code, message: message.slice(0, 300) }),
    rescued: (account, what) => log.warn("rescue.swept", { account, ...what }),
    rolledUp: (account, lane, targets) => log.info("lane.rolled", { account, lane, targets }),
    unqueued: (slots, error) => log.warn("job.failed", { slots: slots.length, error }),
    turned: () => metrics.progress("worker"),
  };
}

export { cutUrls } from "@purgeline/core";
export { tellAccepted } from "./accepted.ts";
export { EVENTS, type EventName } from "./events.ts";
export { createLogger, type LogFields, type Logger, type LoggerOptions, type LogLevel } from "./logger.ts";
export { COUNTERS, HISTOGRAMS, PROCESS_GAUGES, STATE_GAUGES, type StateGauge } from "./metric-table.ts";
export {
  type CallOutcome,
  createMetrics,
  type IntentResult,
  type Metrics,
  type MetricsOptions,
  type ResendCause,
} from "./metrics.ts";
export { tellMoved } from "./moved.ts";
export type { QueueJobs, Sample, StateSnapshot } from "./state.ts";

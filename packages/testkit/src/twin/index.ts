export { cancel, retry, stage, staged } from "./intake.ts";
export { claimPolls, putOff } from "./polls.ts";
export { record, settle, tellQuota } from "./record.ts";
export { resume, sweep } from "./rescue.ts";
export { byScore, createTwin, type Twin } from "./state.ts";
export { take } from "./take.ts";
export { pendingOf } from "./targets.ts";

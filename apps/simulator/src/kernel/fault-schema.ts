import type { Fault, FaultKind } from "./faults.ts";

const text = { type: "string", minLength: 1 };
const scope = {
  account: text,
  call: text,
  times: { type: "integer", minimum: 1 },
  every: { type: "integer", minimum: 1 },
};
const items = { match: text, pattern: { type: "string", minLength: 1, format: "regex" } };
const flag = { type: "boolean" };
const wait = { ms: { type: "number", minimum: 0, maximum: 600_000 } };

/** What each kind takes beside its scope, and what it must have. */
const KINDS: Readonly<Record<FaultKind, { readonly takes: object; readonly needs?: readonly string[] }>> = {
  latency: { takes: wait, needs: ["ms"] },
  "slow-call": { takes: wait, needs: ["ms"] },
  throttle: { takes: {} },
  code: { takes: { code: text, message: text, applied: flag }, needs: ["code"] },
  reply: {
    takes: {
      status: { type: "integer", minimum: 200, maximum: 599 },
      headers: { type: "object", additionalProperties: { type: "string" } },
      body: { type: "string" },
      applied: flag,
    },
  },
  "drop-request": { takes: {} },
  "drop-reply": { takes: {} },
  hang: { takes: { applied: flag } },
  "lazy-status": { takes: {} },
  "vanish-task": { takes: {} },
  "late-list": { takes: wait, needs: ["ms"] },
  "fail-items": { takes: items },
  "refuse-items": { takes: items },
} satisfies Record<Fault["kind"], object>;

/** JSON schema of `POST /_sim/faults`. */
export const FAULT_SCHEMA = {
  type: "object",
  required: ["kind"],
  properties: { kind: { enum: Object.keys(KINDS) } },
  discriminator: { propertyName: "kind" },
  oneOf: Object.entries(KINDS).map(([kind, { takes, needs = [] }]) => ({
    properties: { kind: { const: kind }, ...takes, ...scope },
    required: [...needs],
    additionalProperties: false,
  })),
};

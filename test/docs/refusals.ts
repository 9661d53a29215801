import {
  type AccountSettings,
  type BatchContent,
  effectiveLimits,
  type Lane,
  NO_OVERRIDES,
  type Outcome,
  type Provider,
} from "@purgeline/core";
import { startSimulators } from "@purgeline/simulator";
import { code, list, markdownTable } from "./markdown-table.ts";

/** The classes of a refusal, in the words of docs/providers/README.md. */
export const CLASSES: readonly string[] = [
  "throttled",
  "domains throttled",
  "quota",
  "quota, perhaps",
  "transient",
  "unknown",
  "one of the items",
  "signed anew",
  "account stopped",
  "refused",
];

/** Every code that the simulator can refuse with, by what the adapter makes of the reply that comes over the wire. */
export async function refusalsTable(provider: Provider, account: AccountSettings): Promise<string> {
  const settings = { ...account, endpoint: "http://127.0.0.1:0" };
  const limits = effectiveLimits(provider.table(settings), NO_OVERRIDES);
  const played = await startSimulators([{ settings, limits }]);
  try {
    const at = played.settingsOf(settings.name);
    const batch = sampleBatch(Object.keys(limits.lanes) as Lane[]);
    const byClass = new Map<string, string[]>();
    for (const name of played.accounts.flatMap(({ codes }) => codes).toSorted()) {
      played.faults.clear();
      played.faults.add({ kind: "code", code: name });
      const { status, outcome } = await send(provider, batch, at);
      const known = byClass.get(classOf(outcome)) ?? [];
      byClass.set(classOf(outcome), [...known, `${code(name)} (${status})`]);
    }
    const rows = CLASSES.flatMap((each) => {
      const codes = byClass.get(each);
      return codes === undefined ? [] : [[each, list(codes)]];
    });
    return markdownTable(["means", "codes (HTTP status)"], rows);
  } finally {
    await played.close();
  }
}

function sampleBatch(lanes: readonly Lane[]): BatchContent {
  const [first] = lanes;
  if (first === undefined) throw new Error("a provider without a lane has no page");
  const lane = lanes.includes("purge-url") ? "purge-url" : first;
  return { lane, items: [lane.endsWith("-media") ? "media" : "https://www.example.com/a/"], options: {} };
}

async function send(
  provider: Provider,
  batch: BatchContent,
  settings: AccountSettings,
): Promise<{ readonly status: number; readonly outcome: Outcome }> {
  const nonce = crypto.randomUUID().replaceAll("-", "");
  const request = provider.encode(batch, { settings, nowMs: Date.now(), nonce, token: null });
  const reply = await fetch(request.url, request);
  const { status, headers } = reply;
  const read = { status, headers: Object.fromEntries(headers), body: await reply.text() };
  return { status, outcome: provider.decode(read, batch) };
}

function classOf(outcome: Outcome): string {
  switch (outcome.kind) {
    case "throttled":
      return outcome.scope === "domains" ? "domains throttled" : "throttled";
    case "quota":
      return outcome.doubtful ? "quota, perhaps" : "quota";
    case "auth":
      return outcome.resign ? "signed anew" : "account stopped";
    case "transient":
    case "refused":
      return outcome.kind;
    case "ambiguous":
      return "unknown";
    case "poisoned":
      return "one of the items";
    case "done":
    case "accepted":
      throw new Error(`a refusal was read as ${outcome.kind}`);
    default:
      return outcome satisfies never;
  }
}

import type { LogLine } from "../program.ts";
import type { Sent } from "./check-ledgers.ts";

const SUBMITS: ReadonlySet<string> = new Set(["RefreshObjectCaches", "PurgeUrlsCache"]);

interface LedgerEntry {
  readonly receivedAt: string;
  readonly account: string;
  readonly call: string;
  readonly accepted: readonly string[];
  readonly taskIds: readonly string[];
}

/** What the provider took on, by its own ledger, and when each batch was sealed, by the worker's log. */
export async function submitsOf(
  sim: string,
  account: string,
  log: readonly LogLine[],
): Promise<readonly Sent[]> {
  const seals = sealsByTask(log, account);
  const found: Sent[] = [];
  for (let since = 0; ; ) {
    const page = await get<{ readonly entries: readonly LedgerEntry[]; readonly next: number }>(
      `${sim}/_sim/ledger?since=${since}&limit=100`,
    );
    for (const entry of page.entries) {
      if (entry.account !== account || !SUBMITS.has(entry.call) || entry.accepted.length === 0) continue;
      const atMs = Date.parse(entry.receivedAt);
      const sealedAtMs = Math.min(...entry.taskIds.map((id) => seals.get(id) ?? Number.NaN));
      if (Number.isNaN(sealedAtMs))
        throw new Error(`the log names no batch of task ${entry.taskIds.join(",")}`);
      found.push({ atMs, sealedAtMs, urls: entry.accepted });
    }
    if (page.entries.length === 0) return found;
    since = page.next;
  }
}

/** Two batches of one second may share an Alibaba task id: then the earlier seal counts for both. */
function sealsByTask(log: readonly LogLine[], account: string): ReadonlyMap<string, number> {
  const seals = new Map<string, number>();
  for (const line of log) {
    if (line.event !== "batch.sent" || line.account !== account) continue;
    const sealedAtMs = Date.parse(String(line.sealedAt));
    for (const id of line.taskIds as readonly string[]) {
      seals.set(id, Math.min(sealedAtMs, seals.get(id) ?? Number.POSITIVE_INFINITY));
    }
  }
  return seals;
}

/** Arrivals over a limit, in any window, by the provider's count. */
export async function violationsOf(sim: string, account: string): Promise<number> {
  const { calls } = await get<{
    readonly calls: readonly { readonly account: string; readonly rateViolations: number }[];
  }>(`${sim}/_sim/stats`);
  return calls.filter((each) => each.account === account).reduce((sum, each) => sum + each.rateViolations, 0);
}

async function get<T>(url: string): Promise<T> {
  const reply = await fetch(url);
  if (!reply.ok) throw new Error(`${url}: ${reply.status}`);
  return (await reply.json()) as T;
}

import type { Limits } from "@purgeline/core";
import type { Answer, PlayedAccount, SimulatedAccount, SimulatorKind } from "../src/kernel/index.ts";

/** The smallest provider: `POST /Work` with a JSON list of items makes a task, `GET /Look?id=` shows it. */
export const toyKind: SimulatorKind = {
  providers: ["toy", "toy-two"],
  create: () => ({
    recognise(request, accounts) {
      const account = accounts.find(({ settings }) => settings.name === request.headers["x-account"]) ?? null;
      const call = request.path.slice(1);
      return {
        account,
        call,
        items: call === "Work" ? (JSON.parse(request.body.toString()) as string[]) : [],
      };
    },
    answer(visit) {
      const { account, call, items, overRate } = visit;
      if (account === null) return says(401, "NoAccount");
      if (overRate) return says(429, "TooFast");
      if (call === "Look") return look(account, new URLSearchParams(visit.request.query).get("id") ?? "");
      if (visit.refusedItem(items) !== null) return says(400, "BadItem");
      if (!account.quota.take("url", items.length)) return says(403, "Quota");
      const id = `task-${items[0] ?? ""}`;
      account.tasks.add(id, "Work", items);
      return { ...says(202, "ok", { id }), accepted: items, taskIds: [id] };
    },
    throttled: () => says(429, "TooFast"),
    codes: () => ["Quota", "Broken"],
    refusal: ({ call }, code, message) => {
      if (code === "Quota") return says(403, code);
      // Only queries have it, as two APIs of one provider have codes of their own.
      return code === "Broken" && call === "Look" ? says(500, code, { code, message }) : null;
    },
  }),
};

function look(account: PlayedAccount, id: string): Answer {
  const task = account.tasks.get(id, "Look");
  return task === null
    ? says(404, "NoTask")
    : says(200, "ok", { rows: task.rows.map(({ status }) => status) });
}

function says(status: number, outcome: string, body: object = { code: outcome }): Answer {
  const headers = { "content-type": "application/json" };
  return { reply: { status, headers, body: JSON.stringify(body) }, outcome, accepted: [], taskIds: [] };
}

const LIMITS: Limits = {
  lanes: {},
  calls: { Work: { perSecond: 3, perMinute: 5, timeoutMs: 1_000 } },
  quotas: { url: 4 },
  reserveForUrgent: 0,
  resetTimeZone: "Asia/Shanghai",
  lookBackMs: 3_600_000,
  pollEveryMs: 1_000,
};

/** An account of the toy provider, on a free port unless an endpoint is given. */
export function toyAccount(
  name: string,
  endpoint: string | null = "http://127.0.0.1:0",
  limits: Partial<Limits> = {},
): SimulatedAccount {
  return {
    settings: {
      name,
      provider: "toy",
      endpoint,
      region: null,
      projectId: null,
      own: {},
      callbackKey: null,
      signature: null,
      credentials: { kind: "token", token: `token-of-${name}` },
    },
    limits: { ...LIMITS, ...limits },
  };
}

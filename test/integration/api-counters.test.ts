import { afterAll, beforeAll, expect, it } from "vitest";
import { type ApiBundle, apiBundle } from "./api-bundle.ts";

let api: ApiBundle;
beforeAll(async () => {
  api = await apiBundle();
});
afterAll(() => api.close());

/** What the api has counted of a lane of `ali`, by state. */
async function counted(lane: string): Promise<Readonly<Record<string, number>>> {
  const { body } = await api.call("GET", "/metrics");
  const line = new RegExp(
    `^purgeline_targets_total\\{account="ali",lane="${lane}",state="(\\w+)"\\} (\\d+)$`,
    "gm",
  );
  return Object.fromEntries(
    [...String(body).matchAll(line)].map(([, state, count]) => [state, Number(count)]),
  );
}

async function post(body: Readonly<Record<string, unknown>>): Promise<{ readonly id: string }> {
  const answer = await api.call("POST", "/v1/intents", { body });
  expect(answer.status).toBe(202);
  return answer.body;
}

const SITE = "https://www.example.com/";

it("the api counts what staging, cancelling and retrying come to, in whatever lane", async () => {
  const directory = await post({ op: "purge", directories: [`${SITE}a/`] });
  await post({ op: "purge", urls: [`${SITE}a/1`, `${SITE}b`] });
  await post({ op: "prefetch", urls: [`${SITE}b`, `${SITE}a/2`] });
  expect(await counted("purge-url")).toEqual({ pending: 2, absorbed: 1 });
  await api.call("POST", `/v1/intents/${directory.id}/cancel`);
  expect(await counted("purge-directory")).toEqual({ pending: 1, cancelled: 1 });
  expect(await counted("purge-url")).toEqual({ pending: 3, absorbed: 1 });
  expect(await counted("prefetch-url")).toEqual({ pending: 2, failed: 1 });
  const after = await post({ op: "prefetch", urls: [`${SITE}c`] });
  await api.call("POST", `/v1/intents/${after.id}/cancel`);
  expect(await counted("prefetch-url")).toEqual({ pending: 3, failed: 1, cancelled: 1 });
});

it("the api counts the targets of a prefetch that comes after its purge has failed", async () => {
  const before = await counted("prefetch-url");
  const purge = await post({ op: "purge", urls: [`${SITE}d`] });
  await api.call("POST", `/v1/intents/${purge.id}/cancel`);
  const [leg] = await api.store.legs(purge.id);
  if (leg === undefined) throw new Error("no leg");
  await api.store.stage(
    { ...leg.head, id: "int_after", op: "prefetch", afterIntent: purge.id },
    {
      account: "ali",
      duplicates: 0,
      lanes: [
        {
          lane: "prefetch-url",
          options: {},
          targets: [{ text: `${SITE}d`, key: `${SITE}d`, domain: "www.example.com" }],
        },
      ],
    },
    null,
  );
  const { pending = 0, failed = 0 } = before;
  expect(await counted("prefetch-url")).toEqual({ ...before, pending: pending + 1, failed: failed + 1 });
});

it("the api counts each new life as pending", async () => {
  const { id } = await post({ op: "purge", patterns: [`${SITE}.*`] });
  await api.send("ali", "purge-pattern", {
    do: "end",
    end: "failed",
    code: "Bad",
    message: "",
    refund: true,
  });
  expect(await counted("purge-pattern")).toEqual({ pending: 1 });
  await api.call("POST", `/v1/intents/${id}/retry`);
  expect(await counted("purge-pattern")).toEqual({ pending: 2 });
});

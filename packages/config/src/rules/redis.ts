import type { RedisConfig, RedisTls } from "../config.ts";
import type { Findings } from "../config-problem.ts";
import type { RedisDraft } from "../schema/file.ts";

/** One of three ways to say where Redis is; null: the file does not say it well enough. */
export function readRedis(draft: RedisDraft, findings: Findings): RedisConfig | null {
  const ways = (["url", "sentinels", "cluster"] as const).filter((key) => draft[key] !== undefined);
  if (ways.length !== 1) {
    const choice =
      "exactly one of url, sentinels (with name) and cluster; without the section, Redis is embedded";
    const problem = ways.length === 0 ? "required" : "conflict";
    findings.problem(["redis"], problem, `expected ${choice}`);
    return null;
  }
  whatDoesNotFit(draft, findings);
  const { url, sentinels, cluster } = draft;
  const nodes = url === undefined ? (sentinels ?? cluster ?? []) : [url];
  const common = {
    prefix: draft.prefix,
    username: url?.username ?? draft.username ?? null,
    password: url?.password ?? draft.password ?? null,
    tls: readTls(
      draft,
      nodes.some((node) => node.isTls),
      findings,
    ),
  };
  if (url !== undefined) {
    return { kind: "single", host: url.host, port: url.port, db: url.db ?? draft.db ?? 0, ...common };
  }
  const addresses = nodes.map(({ host, port }) => ({ host, port }));
  if (cluster !== undefined) return { kind: "cluster", nodes: addresses, ...common };
  if (draft.name === undefined) {
    findings.problem(
      ["redis", "name"],
      "required",
      "expected the name of the group that the sentinels watch",
    );
    return null;
  }
  return {
    kind: "sentinel",
    sentinels: addresses,
    name: draft.name,
    db: draft.db ?? 0,
    sentinelUsername: draft.sentinelUsername ?? null,
    sentinelPassword: draft.sentinelPassword ?? null,
    ...common,
  };
}

/** Keys that would be read by nobody, or that say the same thing twice. */
function whatDoesNotFit(draft: RedisDraft, findings: Findings): void {
  const conflict = (key: keyof RedisDraft, detail: string): void => {
    if (draft[key] !== undefined) findings.problem(["redis", key], "conflict", detail);
  };
  if (draft.sentinels === undefined) {
    for (const key of ["name", "sentinelUsername", "sentinelPassword"] as const) {
      conflict(key, "expected only together with sentinels");
    }
  }
  if (draft.cluster !== undefined && draft.db !== 0) conflict("db", "a Redis Cluster has database 0 only");
  const { url } = draft;
  if (url?.username) conflict("username", "the url names a user already");
  if (url?.password) conflict("password", "the url has a password already");
  if (url !== undefined && url.db !== null) conflict("db", "the url names a database already");
}

function readTls(draft: RedisDraft, isTlsUrl: boolean, findings: Findings): RedisTls | null {
  const { tls } = draft;
  if (tls === false && isTlsUrl) {
    findings.problem(
      ["redis", "tls"],
      "conflict",
      "false contradicts rediss://: write redis:// or leave tls out",
    );
  }
  if (tls === false || (tls === undefined && !isTlsUrl)) return null;
  if ((tls?.cert === undefined) !== (tls?.key === undefined)) {
    findings.problem(["redis", "tls"], "required", "expected cert and key together: one is of no use alone");
  }
  return {
    ca: tls?.ca ?? null,
    cert: tls?.cert ?? null,
    key: tls?.key ?? null,
    serverName: tls?.serverName ?? null,
  };
}

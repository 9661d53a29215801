import { Cluster, type Redis } from "ioredis";
import type { Connection } from "./connect.ts";

/**
 * Why this server may lose what was accepted, or stop for want of memory, in sentences; none: its
 * settings carry the promise. A managed server that does not tell its settings is said to be unknown.
 */
export async function unsafeSettings(connection: Connection): Promise<readonly string[]> {
  const nodes = connection instanceof Cluster ? connection.nodes("master") : [connection];
  const found = new Set<string>();
  for (const node of nodes) for (const fault of await faultsOf(node)) found.add(fault);
  return [...found];
}

async function faultsOf(node: Redis): Promise<readonly string[]> {
  try {
    const told = await node.config("GET", "*");
    const replicas = /^connected_slaves:(\d+)/m.exec(await node.info("replication"))?.[1];
    return faultsIn(pairs(told), Number(replicas ?? 0));
  } catch {
    return [
      "the server does not tell its settings: see that it has appendonly yes, appendfsync always, noeviction and a maxmemory",
    ];
  }
}

/** What each setting must be, and what its other values cost. */
function faultsIn(settings: ReadonlyMap<string, string>, replicas: number): readonly string[] {
  const of = (name: string): string => settings.get(name) ?? "unknown";
  const snapshots = of("save") === "" ? "everything" : "what was accepted since its last snapshot";
  const isLogged = of("appendonly") === "yes";
  const rules: readonly (readonly [isSafe: boolean, fault: string])[] = [
    [isLogged, `appendonly is not yes: a restart of Redis loses ${snapshots}`],
    [
      of("appendfsync") === "always",
      `appendfsync is ${of("appendfsync")}, not always: a power cut loses up to ${of("appendfsync") === "no" ? "30" : "2"} s of what was accepted`,
    ],
    [
      !isLogged || of("no-appendfsync-on-rewrite") === "no",
      "no-appendfsync-on-rewrite is not no: a power cut during a rewrite loses up to 30 s of what was accepted",
    ],
    [
      of("maxmemory-policy") === "noeviction",
      `maxmemory-policy is ${of("maxmemory-policy")}, not noeviction: a full Redis deletes work`,
    ],
    [
      of("maxmemory") !== "0",
      "maxmemory is 0: nothing refuses new work before the machine's memory is full, and then its kernel ends Redis",
    ],
    [
      replicas === 0 || of("min-replicas-to-write") !== "0",
      "min-replicas-to-write is 0 beside replicas: a master that is cut off from them accepts work that a failover loses",
    ],
  ];
  return rules.flatMap(([isSafe, fault]) => (isSafe ? [] : [fault]));
}

function pairs(told: unknown): ReadonlyMap<string, string> {
  const flat = Array.isArray(told) ? told.map(String) : [];
  return new Map(flat.flatMap((name, i) => (i % 2 === 0 ? [[name, flat[i + 1] ?? ""] as const] : [])));
}

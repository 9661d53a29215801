import { Cluster } from "ioredis";
import type { Connection } from "./connect.ts";

/** What `maxmemory-policy` must be: anything else deletes work to make room. */
const POLICY = "noeviction";

/**
 * Why this server may lose what was accepted, in sentences; none: its settings carry the promise.
 * A managed server that does not tell its settings is said to be unknown.
 */
export async function unsafeSettings(connection: Connection): Promise<readonly string[]> {
  const nodes = connection instanceof Cluster ? connection.nodes("master") : [connection];
  const found = new Set<string>();
  for (const node of nodes) {
    try {
      const told = await node.config("GET", "append*", "maxmemory-policy");
      for (const fault of faultsOf(pairs(told))) found.add(fault);
    } catch {
      found.add(
        "the server does not tell its settings: see that it has appendonly yes, appendfsync always, noeviction",
      );
    }
  }
  return [...found];
}

function faultsOf(settings: ReadonlyMap<string, string>): readonly string[] {
  const fsync = settings.get("appendfsync") ?? "unknown";
  const policy = settings.get("maxmemory-policy") ?? "unknown";
  return [
    ...(settings.get("appendonly") === "yes"
      ? []
      : ["appendonly is not yes: a restart of Redis loses what was accepted since its last snapshot"]),
    ...(fsync === "always"
      ? []
      : [`appendfsync is ${fsync}, not always: a power cut loses up to 2 s of what was accepted`]),
    ...(policy === POLICY ? [] : [`maxmemory-policy is ${policy}, not ${POLICY}: a full Redis deletes work`]),
  ];
}

function pairs(told: unknown): ReadonlyMap<string, string> {
  const flat = Array.isArray(told) ? told.map(String) : [];
  return new Map(flat.flatMap((name, i) => (i % 2 === 0 ? [[name, flat[i + 1] ?? ""] as const] : [])));
}

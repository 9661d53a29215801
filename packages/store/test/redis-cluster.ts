import { once } from "node:events";
import { type RedisServer, startRedis } from "@purgeline/testkit";
import { type Connection, connect } from "../src/index.ts";

const SLOTS = 16_384;

export interface RedisCluster {
  readonly nodes: readonly { readonly host: string; readonly port: number }[];
  slotOf(key: string): Promise<unknown>;
  /** Of every server. */
  keys(): Promise<readonly { readonly key: string; readonly server: number }[]>;
  stop(): Promise<void>;
}

/** Three masters that share the slots, without replicas; resolves when all of them say that the cluster stands. */
export async function startCluster(): Promise<RedisCluster> {
  const config = { "cluster-enabled": "yes", "cluster-node-timeout": "5000" };
  const servers = await Promise.all([1, 2, 3].map(() => startRedis({ config })));
  const links = servers.map(linkTo);
  const [first] = servers;
  for (const [i, link] of links.entries()) {
    const from = Math.ceil((i * SLOTS) / 3);
    const to = Math.ceil(((i + 1) * SLOTS) / 3) - 1;
    await link.call("CLUSTER", "ADDSLOTSRANGE", from, to);
    await link.call("CLUSTER", "SET-CONFIG-EPOCH", i + 1);
    if (i > 0 && first !== undefined) await link.call("CLUSTER", "MEET", "127.0.0.1", first.port);
  }
  for (const link of links) while (!(await stands(link)));
  return {
    nodes: servers.map(({ port }) => ({ host: "127.0.0.1", port })),
    slotOf: async (key) => await links[0]?.call("CLUSTER", "KEYSLOT", key),
    async keys() {
      const found = await Promise.all(links.map((link) => link.call("KEYS", "*")));
      return found.flatMap((keys, server) => (keys as readonly string[]).map((key) => ({ key, server })));
    },
    async stop() {
      for (const link of links) link.disconnect();
      await Promise.all(servers.map((server) => server.stop()));
    },
  };
}

/** A connection to one server, whatever cluster it belongs to. */
function linkTo(server: Pick<RedisServer, "path">): Connection {
  return connect({ kind: "socket", path: server.path, prefix: "t" }, "worker", () => undefined);
}

/** A connection to the whole cluster. */
export async function connectCluster(cluster: RedisCluster): Promise<Connection> {
  const { nodes } = cluster;
  const shared = { prefix: "t", username: null, password: null, tls: null };
  const connection = connect({ kind: "cluster", nodes, ...shared }, "worker", () => undefined);
  await once(connection, "ready");
  return connection;
}

async function stands(link: Connection): Promise<boolean> {
  const info = String(await link.call("CLUSTER", "INFO"));
  return (
    info.includes("cluster_state:ok") &&
    info.includes("cluster_known_nodes:3") &&
    info.includes(`cluster_slots_ok:${SLOTS}`)
  );
}

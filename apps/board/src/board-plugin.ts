import { setTimeout } from "node:timers/promises";
import { createBullBoard } from "@bull-board/api";
import { BullMQAdapter } from "@bull-board/api/bullMQAdapter";
import type { BoardHooks } from "@bull-board/api/typings/app";
import { FastifyAdapter } from "@bull-board/fastify";
import type { KnownToken } from "@purgeline/health";
import { cutUrls, type Logger } from "@purgeline/telemetry";
import { type ConnectionOptions, Queue } from "bullmq";
import type { FastifyInstance } from "fastify";
import { Refused, refuseForeignWrites, wantAdmin, wantLoopbackHost } from "./guards.ts";
import { clampPageSize, keepToOrigin } from "./page-safety.ts";

export interface BoardOptions {
  /** BullMQ queue names, in the order in which they are shown. */
  readonly queues: readonly string[];
  /** Those of accounts that are not configured and have unfinished work; shown after the others. */
  readonly orphans?: readonly string[];
  /** BullMQ's key prefix, braces included: `{purgeline}`. */
  readonly queuePrefix: string;
  /** A producer's connection; the board never closes it. */
  readonly connection: ConnectionOptions;
  /** Where the board stands: `/board`. */
  readonly basePath: string;
  /** null: open, to loopback names only. */
  readonly tokens: readonly KnownToken[] | null;
  readonly readOnly: boolean;
  /** Names the environment on every page. */
  readonly label: string;
  readonly log: Logger;
}

const READY_WAIT_MS = 1_000;

/** Bull Board under `basePath`, as a Fastify plugin. */
export async function boardPlugin(app: FastifyInstance, options: BoardOptions): Promise<void> {
  const { log, tokens } = options;
  if (tokens === null) wantLoopbackHost(app, log);
  else await wantAdmin(app, tokens, log);
  refuseForeignWrites(app);
  keepToOrigin(app);
  clampPageSize(app);

  const orphans = new Set(options.orphans ?? []);
  const queues = [...options.queues, ...orphans].map((name) => openQueue(name, options));
  refuseUntilReady(app, queues, log);
  app.addHook("onClose", async () => {
    await Promise.all(queues.map((queue) => queue.close()));
  });

  const server = new FastifyAdapter().setBasePath(options.basePath);
  createBullBoard({
    queues: queues.map((queue) => adapterOf(queue, options.readOnly, orphans.has(queue.name))),
    serverAdapter: server,
    options: {
      handlerHooks: HOOKS,
      uiConfig: {
        boardTitle: "Purgeline",
        environment: {
          label: options.label,
          color: options.readOnly ? "#1f6f43" : "#9a3412",
          textColor: "#fff",
        },
        hideDocsLink: true,
      },
    },
  });
  await app.register(server.registerPlugin(), { prefix: options.basePath });
}

function openQueue(name: string, options: BoardOptions): Queue {
  const queue = new Queue(name, {
    connection: options.connection,
    prefix: options.queuePrefix,
    // A looker must not change the queue: its settings belong to the roles that work on it.
    skipMetasUpdate: true,
  });
  // Whoever owns the connection logs what happens to it, once and not for every queue;
  // without a listener here an error would end the process.
  queue.on("error", () => {});
  return queue;
}

/**
 * Until BullMQ has seen Redis once its calls wait without end, and so would every page. (Its option
 * skipWaitingForReady is no help: it turns the first failure into one that lasts for ever.)
 */
function refuseUntilReady(app: FastifyInstance, queues: readonly Queue[], log: Logger): void {
  let isReady = false;
  const ready = Promise.all(queues.map((queue) => queue.waitUntilReady())).then(
    () => {
      isReady = true;
    },
    (error: unknown) => log.warn("redis.lost", { error }),
  );
  app.addHook("onRequest", async (request) => {
    const isData = request.routeOptions.url?.includes("/api/") ?? false;
    if (!isData || isReady) return;
    await Promise.race([ready, setTimeout(READY_WAIT_MS, undefined, { ref: false })]);
    if (!isReady) throw new Refused(503, "Redis cannot be reached");
  });
}

const DESCRIPTIONS: readonly (readonly [prefix: string, description: string])[] = [
  [
    "submit.",
    "One job is about one call that sends a batch. Jobs only wake workers: losing one loses nothing.",
  ],
  ["poll.", "One job asks the provider how its running tasks are."],
  ["intents", "Intents that foreign producers added with a BullMQ client."],
];

const ORPHANED =
  "Orphaned: the configuration does not name this account. Its work is kept, and goes on when the account is back.";

function adapterOf(queue: Queue, readOnlyMode: boolean, isOrphaned: boolean): BullMQAdapter {
  const known = DESCRIPTIONS.find(([prefix]) => queue.name.startsWith(prefix))?.[1] ?? "";
  const adapter = new BullMQAdapter(queue, {
    readOnlyMode,
    description: isOrphaned ? ORPHANED : known,
    displayName: isOrphaned ? `${queue.name} (orphaned)` : queue.name,
  });
  adapter.setFormatter("name", titleOf);
  return adapter;
}

/** What the job says of itself: a lane's backlog and why it waits, a call's size and outcome; until then its name. */
function titleOf({ name, progress }: { readonly name: string; readonly progress: unknown }): string {
  if (typeof progress !== "object" || progress === null || !("title" in progress)) return name;
  return typeof progress.title === "string" ? progress.title : name;
}

// What the board shows is cut, so what it sends back must never become work: a URL without its
// query is another URL.
const FORBIDDEN_ROUTES: ReadonlySet<string> = new Set([
  "/api/queues/:queueName/add",
  "/api/queues/:queueName/:jobId/update-data",
]);

const HOOKS: BoardHooks = {
  before: async ({ route }) =>
    FORBIDDEN_ROUTES.has(route)
      ? { allow: false, message: "jobs are made from intents: use POST /v1/intents or `purgeline purge`" }
      : undefined,
  // Not Bull Board's formatters: they reach data, name, progress and return value, but neither
  // options nor failure reasons, stack traces and logs.
  after: async (_context, result) => ({ ...result, body: cutStrings(result.body) }),
};

function cutStrings<T>(body: T): T {
  return JSON.parse(JSON.stringify(body), (_key, value) =>
    typeof value === "string" ? cutUrls(value) : value,
  );
}

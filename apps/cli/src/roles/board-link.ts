import { orphansIn } from "@purgeline/api";
import type { boardPlugin } from "@purgeline/board";
import { accountQueues, queueNames, queuePrefix } from "@purgeline/queue";
import { NewerData, openLink, whenReady } from "@purgeline/store";
import type { RoleContext } from "./role.ts";

/** What the board, alone or under the API, looks at and through. */
export interface BoardLink {
  readonly options: Omit<Parameters<typeof boardPlugin>[1], "basePath">;
  ping(): Promise<void>;
  close(): void;
}

/** A local Redis answers in milliseconds; without one the board serves all the same and says 503. */
const FIRST_CONNECT_MS = 2_000;

/**
 * A connection of the board's own: a page of a full queue must not stand in the way of an intent. Rejects where the
 * data are too new for this program.
 */
export async function openBoardLink({ config, redis, log }: RoleContext): Promise<BoardLink> {
  let isClosing = false;
  const connection = openLink(redis, "request", {
    up: () => log.info("redis.connected"),
    down: (error) => {
      if (!isClosing) log.warn("redis.lost", { error });
    },
  });
  const close = (): void => {
    isClosing = true;
    connection.disconnect();
  };
  await whenReady(connection, FIRST_CONNECT_MS);
  const accounts = config.accounts.map(({ settings }) => settings.name);
  const orphans = await orphansIn(connection, redis.prefix, config).catch((error: unknown) => {
    if (!(error instanceof NewerData)) return [];
    close();
    throw error;
  });
  return {
    options: {
      queues: queueNames(accounts),
      orphans: accountQueues(orphans.map(({ account }) => account)),
      queuePrefix: queuePrefix(redis.prefix),
      connection,
      tokens: config.tokens,
      readOnly: config.board.readOnly,
      label: redis.prefix,
      log,
    },
    ping: async () => void (await connection.ping()),
    close,
  };
}

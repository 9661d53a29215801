import { randomBytes } from "node:crypto";
import type { AccountSettings, BatchContent, CallContext, HttpRequest, Task } from "@purgeline/core";
import { openTransport } from "@purgeline/http";
import { providers } from "@purgeline/providers";
import { accountSettings } from "@purgeline/testkit";

/** Signed calls to a provider, one by one, as a script makes them. */
export interface Client {
  /** The tasks that the call began. */
  purge(urls: readonly [string, ...string[]]): Promise<readonly Task[]>;
  /** Those that are not finished. */
  ask(tasks: readonly Task[]): Promise<readonly Task[]>;
  close(): Promise<void>;
}

const PROVIDER = "alibaba-cdn";
const TIMEOUT_MS = 30_000;

export function openClient(endpoint: string, name: string): Client {
  const provider = providers.get(PROVIDER);
  if (provider === undefined) throw new Error(`there is no provider ${PROVIDER}`);
  const transport = openTransport();
  const settings = settingsOf(endpoint, name);
  const context = (): CallContext => ({
    settings,
    nowMs: Date.now(),
    nonce: randomBytes(16).toString("hex"),
    token: null,
  });
  const send = (request: HttpRequest) =>
    transport.send(request, { timeoutMs: TIMEOUT_MS, mayWrite: () => true });
  return {
    async purge(items) {
      const batch: BatchContent = { lane: "purge-url", items, options: {} };
      const outcome = provider.decode(await send(provider.encode(batch, context())), batch);
      if (outcome.kind !== "accepted") throw new Error(`the provider said ${JSON.stringify(outcome)}`);
      return outcome.tasks;
    },
    async ask(tasks) {
      const [first, ...more] = tasks;
      if (first === undefined) return [];
      const reply = await send(provider.poll.encode([first, ...more], context()));
      const answer = provider.poll.decode(reply, [first, ...more]);
      if (answer.kind !== "progress") throw new Error(`the provider said ${JSON.stringify(answer)}`);
      return answer.tasks.flatMap(({ next }) => next);
    },
    close: () => transport.close(),
  };
}

function settingsOf(endpoint: string, name: string): AccountSettings {
  return accountSettings({
    name,
    provider: PROVIDER,
    endpoint,
    credentials: { kind: "keys", accessKeyId: name, accessKeySecret: "secret", securityToken: null },
  });
}

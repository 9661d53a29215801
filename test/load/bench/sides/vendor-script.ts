import { openClient } from "./client.ts";
import { orderOf, tellDone } from "./told.ts";
import { type UrlSet, urlsFrom } from "./urls.ts";

/**
 * What the provider's own script does with a file of URLs: some in a call, and the next ones when these are done. It
 * waits 10 s between two questions (Refresh.py of 2025-08-15); here it does not wait.
 */
export interface ScriptOrder {
  readonly provider: { readonly endpoint: string; readonly account: string };
  readonly urls: UrlSet;
  readonly targets: number;
  readonly inOneCall: number;
}

const { provider, urls, targets, inOneCall } = orderOf<ScriptOrder>();
const client = openClient(provider.endpoint, provider.account);
let done = 0;
const end = tellDone(() => done);
while (done < targets) {
  const count = Math.min(inOneCall, targets - done);
  const [first = "", ...more] = urlsFrom(urls, done, count);
  for (let tasks = await client.purge([first, ...more]); tasks.length > 0; ) tasks = await client.ask(tasks);
  done += count;
}
await client.close();
end();

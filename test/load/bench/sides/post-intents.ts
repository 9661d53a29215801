import { call } from "../../real-input/producers.ts";
import { orderOf, tellDone } from "./told.ts";
import { type UrlSet, urlsFrom } from "./urls.ts";

/** A producer that hands in so many targets in intents of this size, some requests at once. */
export interface PostOrder {
  readonly api: string;
  readonly urls: UrlSet;
  readonly targets: number;
  readonly size: number;
  readonly atOnce: number;
}

const { api, urls, targets, size, atOnce } = orderOf<PostOrder>();
let posted = 0;
let next = 0;
const end = tellDone(() => posted);

async function produce(): Promise<void> {
  while (next < targets) {
    const count = Math.min(size, targets - next);
    const body = { op: "purge", urls: urlsFrom(urls, next, count) };
    next += count;
    await call(api, "POST", "/v1/intents", body);
    posted += count;
  }
}

await Promise.all(Array.from({ length: atOnce }, produce));
end();

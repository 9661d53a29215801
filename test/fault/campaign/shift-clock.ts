import { readFileSync } from "node:fs";

/*
 * `node --import shift-clock.ts?file=FILE`: this process's wall clock is off by the milliseconds that
 * stand in FILE, which may change at any time. The monotonic clock stays, as it does when a host's clock jumps.
 */

const LOOK_EVERY_MS = 20;
const file = new URL(import.meta.url).searchParams.get("file") ?? "";
const realNow = Date.now;
let shiftMs = 0;

setInterval(() => {
  shiftMs = Number(readFileSync(file, "utf8"));
}, LOOK_EVERY_MS).unref();

Date.now = () => realNow() + shiftMs;
globalThis.Date = new Proxy(Date, {
  construct: (target, given: unknown[], as) =>
    Reflect.construct(target, given.length === 0 ? [target.now()] : given, as) as object,
});

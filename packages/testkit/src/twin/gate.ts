import type { Batch, CallTwin, LaneTwin, Twin } from "./state.ts";

const LATE_MS = 5;
const MARGIN_MS = 25;

/** A throttled call has half of its rate, and a 20th of its limit more with each window. */
const WHOLE = 1000;
const MORE = 50;
const LEAST_PAUSE_MS = 1000;

function callOf(twin: Twin, name: string): CallTwin {
  const known = twin.calls.get(name) ?? {
    grants: [],
    hold: null,
    slow: null,
    domains: new Map<string, number>(),
  };
  twin.calls.set(name, known);
  return known;
}

export type Permit =
  | { readonly grantedAt: number }
  | { readonly grantedAt: null; readonly until: number; readonly why: string };

export function permit(twin: Twin, name: string): Permit {
  const call = callOf(twin, name);
  const limits = twin.settings.limits.calls[name];
  if (limits === undefined) throw new Error(`twin: no call ${name}`);
  const { now } = twin;
  const { hold } = call;
  // No outage holds a call for longer: the clock would have jumped back.
  const isHeld = hold !== null && now < hold.openAt;
  if (isHeld) return { grantedAt: null, until: hold.openAt, why: hold.why ?? "rate" };
  const share = shareOf(twin, name);
  const nth = (limit: number | null, windowMs: number): number => {
    const at = limit === null ? undefined : call.grants.at(-Math.max(1, Math.floor((limit * share) / WHOLE)));
    return at === undefined ? 0 : at + windowMs + MARGIN_MS;
  };
  const due = Math.max(nth(limits.perSecond, 1000), nth(limits.perMinute, 60_000));
  if (now < due) return { grantedAt: null, until: due, why: "rate" };
  const at = Math.max(due > 0 && now - due <= LATE_MS ? due : now, call.grants.at(-1) ?? 0);
  call.grants.push(at);
  if (hold?.why === "provider") Object.assign(hold, { openAt: now + limits.timeoutMs, probing: true });
  return { grantedAt: at };
}

function shareOf(twin: Twin, name: string): number {
  const { slow } = callOf(twin, name);
  if (slow === null) return WHOLE;
  const windowMs = (twin.settings.limits.calls[name]?.perSecond ?? null) === null ? 60_000 : 1000;
  return Math.min(WHOLE, slow.share + Math.floor((MORE * Math.max(0, twin.now - slow.at)) / windowMs));
}

function slowDown(twin: Twin, name: string, ms: number): void {
  const call = callOf(twin, name);
  const limits = twin.settings.limits.calls[name];
  const limit = limits?.perSecond ?? limits?.perMinute ?? null;
  if (limit === null) return;
  const share = shareOf(twin, name);
  const isNews = call.slow === null || twin.now >= call.slow.at;
  call.slow = {
    share: isNews ? Math.max(Math.ceil(WHOLE / limit), Math.floor(share / 2)) : share,
    at: twin.now + ms,
  };
}

/** Nothing was there to send: as if it had not been granted. */
export function withdraw(twin: Twin, name: string, at: number): void {
  const call = callOf(twin, name);
  const index = call.grants.lastIndexOf(at);
  if (index !== -1) call.grants.splice(index, 1);
  if (call.hold?.probing === true) Object.assign(call.hold, { probing: false, openAt: twin.now });
}

export function openCall(twin: Twin, name: string): void {
  const call = callOf(twin, name);
  if (call.hold?.why === "rate" && call.hold.openAt > twin.now) call.hold.failures = 0;
  else call.hold = null;
}

/** Three failures in a row are an outage, which doubles up to a minute. */
export function holdCall(
  twin: Twin,
  name: string,
  stops: "throttled" | "rate" | "provider",
  ms: number,
): void {
  let wait = stops === "throttled" ? Math.max(ms, LEAST_PAUSE_MS) : ms;
  if (stops === "throttled") slowDown(twin, name, wait);
  const why = stops === "throttled" ? "rate" : stops;
  const call = callOf(twin, name);
  const hold = call.hold ?? { openAt: 0, why: null, failures: 0, probing: false };
  call.hold = hold;
  if (why === "provider") {
    hold.failures += 1;
    if (hold.failures < 3) return;
    wait = Math.min(60_000, ms * 2 ** Math.min(hold.failures - 3, 6));
  }
  Object.assign(hold, { openAt: twin.now + wait, why, probing: false });
}

/** How many more targets of a domain may go in this minute, and else when there may be room. */
export function domainRoom(
  twin: Twin,
  lane: LaneTwin,
  domain: string,
): { readonly room: number; readonly freeAt: number } {
  const throttled = callOf(twin, lane.limits.call).domains.get(domain) ?? 0;
  if (throttled > twin.now) return { room: 0, freeAt: throttled };
  const limit = lane.limits.perDomainPerMinute;
  if (limit === null) return { room: Number.POSITIVE_INFINITY, freeAt: 0 };
  const second = secondOf(twin);
  const recent = [...(lane.windows.get(domain) ?? [])].filter(([at]) => Math.abs(at - second) <= 61);
  lane.windows.set(domain, new Map(recent));
  const used = recent.reduce((sum, [, n]) => sum + n, 0);
  const first = Math.min(...recent.map(([at]) => at), recent.length === 0 ? second : Infinity);
  return { room: Math.max(0, limit - used), freeAt: (first + 62) * 1000 };
}

function secondOf(twin: Twin): number {
  return Math.floor(twin.now / 1000);
}

function domainsOf(batch: Batch): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  if (!batch.hasDomains) return counts;
  for (const { domain } of batch.items) counts.set(domain, (counts.get(domain) ?? 0) + 1);
  return counts;
}

export function spendDomains(twin: Twin, lane: LaneTwin, batch: Batch): void {
  if (lane.limits.perDomainPerMinute === null) return;
  batch.spentAt = secondOf(twin);
  for (const [domain, n] of domainsOf(batch)) {
    const window = lane.windows.get(domain) ?? new Map<number, number>();
    window.set(batch.spentAt, (window.get(batch.spentAt) ?? 0) + n);
    lane.windows.set(domain, window);
  }
}

/** The provider applied nothing: what it took of a minute is there again. */
export function giveDomainsBack(lane: LaneTwin, batch: Batch): void {
  const { spentAt } = batch;
  if (spentAt === null) return;
  for (const [domain, n] of domainsOf(batch)) {
    const window = lane.windows.get(domain);
    const spent = window?.get(spentAt);
    if (spent !== undefined) window?.set(spentAt, spent - n);
  }
  batch.spentAt = null;
}

export function holdDomains(twin: Twin, name: string, batch: Batch, ms: number): void {
  const { domains } = callOf(twin, name);
  for (const domain of domainsOf(batch).keys())
    domains.set(domain, Math.max(domains.get(domain) ?? 0, twin.now + ms));
}

/** When a batch that is tried again fits its domains' minutes; null: now. */
export function domainsFreeAt(twin: Twin, lane: LaneTwin, batch: Batch): number | null {
  const limit = lane.limits.perDomainPerMinute;
  const waits = [...domainsOf(batch)].flatMap(([domain, n]) => {
    const { room, freeAt } = domainRoom(twin, lane, domain);
    return room < Math.min(n, limit ?? n) ? [freeAt] : [];
  });
  return waits.length === 0 ? null : Math.max(...waits);
}

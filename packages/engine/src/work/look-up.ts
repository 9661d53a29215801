import type {
  ClaimedPolls,
  DueLookup,
  Failure,
  ListedRow,
  Listing,
  LookupAnswer,
  Provider,
  Seen,
} from "@purgeline/core";
import { type Answered, type Permit, sendCall } from "./call.ts";
import { candidatesOf } from "./candidates.ts";
import { postpone } from "./decide-query.ts";
import { isFailure } from "./failures.ts";
import type { Query } from "./query.ts";
import { wake } from "./wake.ts";

/** Alibaba's pages hold 100 rows: this is twice a day's quota of 10,000. What is listed beyond it is not read. */
const MOST_PAGES = 200;
const MOST_TRIES = 3;
/** Between two tries, at most: where the call is closed for longer, its permit is what is waited for. */
const LONGEST_REST_MS = 10_000;
/** So long nobody else asks the same: a page's time-out of 10 s, and as long again for its permit and its rest. */
const KEPT_MS = 20_000;
const KEEP_EVERY_MS = 5_000;
/** How far a clock that is read from whole seconds may be off, and a bit for the way. */
const CLOCK_MS = 2000;

type Codec = NonNullable<Provider["lookup"]>;
type ClaimedLookups = Extract<ClaimedPolls, { readonly kind: "lookups" }>;

interface Listed {
  readonly rows: readonly ListedRow[];
  /** The provider's clock against the store's, at least; null: nobody knows. */
  readonly skewMs: number | null;
  readonly seen: Seen;
}

/** One listing, all of its pages, about attempts of the same time: what became of each. */
export async function lookUp(query: Query, claimed: ClaimedLookups, permit: Permit): Promise<string> {
  const { lookup } = query.account.provider;
  const nothingSeen: Seen = { call: query.call, providerDateMs: null, error: null };
  if (lookup === undefined) return await sendAgain(query, claimed, claimed.lookups, nothingSeen);
  const listed = await listAll(query, lookup, claimed, permit);
  return "failure" in listed
    ? await putOff(query, claimed, listed.failure, listed.seen)
    : await settle(query, claimed, listed);
}

type Failed = { readonly failure: Failure; readonly seen: Seen };

async function listAll(
  query: Query,
  codec: Codec,
  claimed: ClaimedLookups,
  permit: Permit,
): Promise<Listed | Failed> {
  const heard = claimed.skewMs;
  const first = await listFrom(query, codec, windowOf(query, claimed, heard ?? 0), permit, claimed);
  if ("failure" in first) return first;
  const { skewMs } = first;
  // What is known of the provider's clock was far off: this was another time's list.
  if (skewMs !== null && Math.abs(skewMs - (heard ?? 0)) > CLOCK_MS) {
    const again = await listFrom(query, codec, windowOf(query, claimed, skewMs), null, claimed);
    if ("failure" in again) return again;
    return { ...again, skewMs: atLeast(heard, skewMs) };
  }
  return { ...first, skewMs: atLeast(heard, skewMs) };
}

/** Both are bounds: the tighter one counts. Where the clock was set back meanwhile, nothing is found, and all is sent again. */
function atLeast(one: number | null, other: number | null): number | null {
  if (one === null || other === null) return one ?? other;
  return Math.max(one, other);
}

function windowOf({ account }: Query, { lane, options, lookups }: ClaimedLookups, skewMs: number): Listing {
  const afterMs = account.limits.lanes[lane]?.lookup?.afterMs ?? 0;
  return {
    lane,
    options,
    fromMs: Math.min(...lookups.map(({ sentAtMs }) => sentAtMs)) + skewMs - CLOCK_MS,
    untilMs: Math.max(...lookups.map(({ missedAtMs }) => missedAtMs)) + afterMs + skewMs + CLOCK_MS,
  };
}

async function listFrom(
  query: Query,
  codec: Codec,
  listing: Listing,
  permit: Permit | null,
  claimed: ClaimedLookups,
): Promise<Listed | Failed> {
  const { account, ports } = query;
  const { clock, store } = ports;
  const askedAt = permit?.askedAt ?? clock.monotonic();
  const rows: ListedRow[] = [];
  let skewMs: number | null = null;
  let asked = listing;
  let keptAt = askedAt;
  for (let page = 0; ; page += 1) {
    const told = await readPage(query, codec, asked, page === 0 ? permit : null, claimed);
    if ("failure" in told) return told;
    const { answer, seen } = told;
    rows.push(...answer.rows);
    // The permit's time is told by the store's clock, and what has passed since by ours.
    if (page === 0 && permit !== null && seen.providerDateMs !== null)
      skewMs = seen.providerDateMs - (claimed.grantedAtMs + clock.monotonic() - askedAt);
    if (answer.next === null || page + 1 >= MOST_PAGES) return { rows, skewMs, seen };
    asked = { ...listing, state: answer.next };
    // At once after the first: it ends an outage, and whoever waits for that need not wait for the last.
    if (page > 0 && clock.monotonic() - keptAt < KEEP_EVERY_MS) continue;
    keptAt = clock.monotonic();
    await store.putOff(account.account.settings.name, claimed.lookups, KEPT_MS, null, seen);
  }
}

interface Page {
  readonly answer: Extract<LookupAnswer, { readonly kind: "listed" }>;
  readonly seen: Seen;
}

/** One page; a later one that fails is asked for again, so that those before it are not read twice. */
async function readPage(
  { account, call, ports }: Query,
  codec: Codec,
  asked: Listing,
  permit: Permit | null,
  { lookups }: ClaimedLookups,
): Promise<Page | Failed> {
  const { name } = account.account.settings;
  for (let tries = 1; ; tries += 1) {
    const { answer, durationMs, seen }: Answered<LookupAnswer> = await sendCall<LookupAnswer>(
      ports,
      account,
      {
        call,
        permit,
        attempt: null,
        encode: (context) => codec.encode(asked, context),
        decode: (reply) => codec.decode(reply, asked),
      },
    );
    ports.events.polled({ account: name, call, tasks: lookups.length, outcome: answer, durationMs });
    if (!isFailure(answer)) return { answer, seen };
    const isPassing = ["throttled", "transient", "ambiguous"].includes(answer.kind);
    if (asked.state === undefined || !isPassing || tries === MOST_TRIES || ports.stopping.aborted)
      return { failure: answer, seen };
    const { inMs, hold } = postpone(account, answer, ports);
    await ports.store.putOff(name, lookups, KEPT_MS, hold, seen);
    await ports.clock.sleep(Math.min(inMs, LONGEST_REST_MS), ports.stopping);
  }
}

async function settle(query: Query, claimed: ClaimedLookups, listed: Listed): Promise<string> {
  const { account, items, ports, call } = query;
  const { name } = account.account.settings;
  let found = 0;
  for (const lookup of claimed.lookups) {
    const known = (await items.of(name, lookup.batch)) ?? [];
    const { rows, skewMs, seen } = listed;
    const { match } = account.provider.poll;
    // Two clocks that nobody can compare tell nothing about what was first.
    const candidates = skewMs === null ? [] : candidatesOf(lookup, known, rows, skewMs, match);
    const { lane } = claimed;
    const pollInMs = account.limits.pollEveryMs;
    const answer = { lookup, lane, candidates, told: true, pollInMs, seen };
    const told = await ports.store.settleLookup(name, answer);
    await wake(ports, told.slots);
    ports.events.moved(name, lane, told.transitions);
    if (told.adopted === 0) continue;
    found += 1;
    const { batch, attempt } = lookup;
    ports.events.adopted({
      account: name,
      lane,
      call,
      batch,
      attempt,
      targets: told.adopted,
      taskIds: told.taskIds,
    });
  }
  return `${found} of ${claimed.lookups.length} lost answers found`;
}

/** While the provider is away the batches could not be sent either: they are looked up when it is back. */
async function putOff(query: Query, claimed: ClaimedLookups, failure: Failure, seen: Seen): Promise<string> {
  const { account, ports } = query;
  const { giveUpAfterMs, settings } = account.account;
  // Without a right to ask, or in a way that is refused, there is nothing to wait for.
  const isHopeless = failure.kind === "refused" || failure.kind === "poisoned";
  const over = claimed.lookups.filter(({ ageMs }) => isHopeless || ageMs >= giveUpAfterMs);
  const summary = `${failure.kind} ${failure.code}`;
  if (over.length > 0) await sendAgain(query, claimed, over, seen);
  const { inMs, hold } = postpone(account, failure, ports);
  const left = claimed.lookups.filter((lookup) => !over.includes(lookup));
  await ports.store.putOff(settings.name, left, inMs, hold, seen);
  return summary;
}

async function sendAgain(
  { account, ports }: Query,
  { lane }: ClaimedLookups,
  lookups: readonly DueLookup[],
  seen: Seen,
): Promise<string> {
  const { name } = account.account.settings;
  for (const lookup of lookups) {
    const answer = { lookup, lane, candidates: [], told: false, pollInMs: 0, seen };
    const told = await ports.store.settleLookup(name, answer);
    await wake(ports, told.slots);
  }
  return `${lookups.length} lost answers cannot be looked up`;
}

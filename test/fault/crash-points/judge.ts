import type { LegView } from "@purgeline/core";
import type { LedgerEntry } from "@purgeline/simulator";
import { unitsAtDoor } from "./provider-ledger.ts";
import type { Accepted } from "./scenario.ts";
import type { World } from "./world.ts";

export interface Evidence {
  /** The provider's ledger of this trial. */
  readonly entries: readonly LedgerEntry[];
  readonly accepted: readonly Accepted[];
  /** What the provider had counted when it began. */
  readonly spent: ReadonlyMap<string, number>;
  /** Why workers sent again, a cause for each target. */
  readonly resends: readonly string[];
  readonly resendsAllowed: number;
  /** Targets that somebody asked for twice. */
  readonly retried: number;
  readonly crashedIn: string | null;
  /** Somebody was told that there is no room: what was staged of it is taken back. */
  readonly isRefused: boolean;
}

/** More targets than one batch of the tests holds: what a dead process can have had under way. */
const MOST_PER_BATCH = 2;

/** Every promise that was broken; everything has ended when it is asked. */
export async function judge(world: World, evidence: Evidence): Promise<readonly string[]> {
  return [
    ...(await brokenEnds(world, evidence)),
    ...(evidence.isRefused ? [] : await cutOff(world)),
    ...uncovered(evidence),
    ...surplus(evidence),
    ...(await misbooked(world, evidence)),
    ...evidence.entries.filter(({ overRate }) => overRate).map(({ call }) => `${call} came too fast`),
  ];
}

async function brokenEnds({ store }: World, { accepted }: Evidence): Promise<readonly string[]> {
  const complaints: string[] = [];
  for (const { ask, intentId } of accepted) {
    const end = ask.end ?? "confirmed";
    const legs = await store.legs(intentId);
    if (legs.length === 0) complaints.push(`${intentId} is lost`);
    for (const { account, counts } of legs) {
      const others = Object.entries(counts).filter(([state, n]) => n > 0 && state !== end);
      if (others.length > 0)
        complaints.push(`${intentId} at ${account}: ${JSON.stringify(others)}, not ${end}`);
    }
  }
  return complaints;
}

/** Whatever is stored of an intent, all of it is: its legs, and what follows them, which comes to the same end. */
async function cutOff({ store, accounts }: World): Promise<readonly string[]> {
  const names = accounts.map(({ settings }) => settings.name);
  const { items } = await store.intentIds({ accounts: names, sinceMs: null, cursor: null, limit: 100 });
  const complaints: string[] = [];
  for (const id of items) {
    const legs = await store.legs(id);
    const head = legs[0]?.head;
    if (legs.length !== head?.accounts.length) complaints.push(`${id} is in ${legs.length} of its accounts`);
    if (head?.thenIntent === undefined) continue;
    const followers = await store.legs(head.thenIntent);
    for (const leg of legs) {
      const follower = followers.find(({ account }) => account === leg.account);
      if (follower === undefined || !isFollowed(leg, follower))
        complaints.push(`${id} at ${leg.account} is followed by ${JSON.stringify(follower)}`);
    }
  }
  return complaints;
}

function isFollowed({ counts }: LegView, follower: LegView): boolean {
  const { confirmed, failed } = follower.counts;
  return (
    confirmed === counts.confirmed &&
    confirmed + failed === counts.confirmed + counts.failed + counts.cancelled &&
    follower.failures.every(({ code }) => code === "purge-failed")
  );
}

/** Confirmed, and no call that the provider took on after the producer began holds it. */
function uncovered({ accepted, entries }: Evidence): readonly string[] {
  return accepted.flatMap(({ ask, since, intentId }) => {
    if ((ask.end ?? "confirmed") !== "confirmed") return [];
    const sent = new Set(entries.filter(({ seq }) => seq > since).flatMap((entry) => entry.accepted));
    return [...(ask.body.urls ?? []), ...(ask.body.media ?? [])]
      .filter((target) => !sent.has(target))
      .map((target) => `${intentId}: ${target} was not sent`);
  });
}

/** Each sending of a target beyond its first has a cause that was counted, and the crash is the cause of few. */
function surplus({ entries, resends, resendsAllowed, retried, crashedIn }: Evidence): readonly string[] {
  const sendings = new Map<string, number>();
  for (const { account, call, accepted } of entries)
    for (const target of accepted) {
      const key = `${account} ${call} ${target}`;
      sendings.set(key, (sendings.get(key) ?? 0) + 1);
    }
  const twice = [...sendings.values()].reduce((sum, times) => sum + times - 1, -retried);
  const allowed = resendsAllowed + (crashedIn === "submit" ? MOST_PER_BATCH : 0);
  const complaints: string[] = [];
  if (twice > resends.length) complaints.push(`${twice} targets were sent again, ${resends.length} counted`);
  if (resends.length > allowed)
    complaints.push(`${resends.length} resends (${resends}), at most ${allowed} due`);
  return complaints;
}

/** What the provider counts must be in our ledger, and nothing else but what may have been sent again. */
async function misbooked(world: World, { spent, resends }: Evidence): Promise<readonly string[]> {
  const states = await world.store.accounts();
  const atDoor = unitsAtDoor(world);
  return states.flatMap(({ account, quotas }) =>
    quotas.flatMap(({ class: name, used, reserved }) => {
      const key = `${account} ${name}`;
      const counted = (atDoor.get(key) ?? 0) - (spent.get(key) ?? 0);
      const complaints: string[] = [];
      if (used < counted) complaints.push(`quota ${key}: ${used} booked, ${counted} spent`);
      if (used > counted + resends.length)
        complaints.push(`quota ${key}: ${used} booked for ${counted} spent`);
      if (reserved !== 0) complaints.push(`quota ${key}: ${reserved} reserved for nothing`);
      return complaints;
    }),
  );
}

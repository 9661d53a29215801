import type { PlannedTarget } from "../intent.ts";
import type { LaneLimits } from "../limits.ts";
import { DomainMinute } from "./domain-minute.ts";
import { encodedBytes } from "./encoded-bytes.ts";
import { GROUPS_A_TURN, MOST_PASSED_OVER } from "./store-figures.ts";

interface Group {
  readonly domain: string;
  readonly targets: readonly PlannedTarget[];
  /** The next one. */
  at: number;
  readonly minute: DomainMinute;
}

/** Waits for its domain's minute. */
interface Parked {
  readonly group: Group;
  readonly untilMs: number;
}

interface Draft {
  readonly domains: Map<Group, number>;
  readonly taken: PlannedTarget[];
  bytes: number;
  passedOver: number;
  isFull: boolean;
}

/** What one producer has waiting in a lane with one option set, and how the store packs it into calls. */
export class LaneQueue {
  readonly #limits: LaneLimits;
  readonly #covered: ReadonlySet<PlannedTarget>;
  readonly #ring: Group[];
  readonly #parked: Parked[] = [];
  /** What is left of a turn; null: the next one is whole. */
  #turn: number | null = null;

  /** `covered`: of the targets, those that are not sent themselves and are found out when they are popped. */
  constructor(targets: readonly PlannedTarget[], covered: ReadonlySet<PlannedTarget>, limits: LaneLimits) {
    this.#limits = limits;
    this.#covered = covered;
    const byDomain = new Map<string, PlannedTarget[]>();
    for (const target of targets) {
      const list = byDomain.get(target.domain);
      if (list === undefined) byDomain.set(target.domain, [target]);
      else list.push(target);
    }
    this.#ring = [...byDomain].map(([domain, list]) => ({
      domain,
      targets: list,
      at: 0,
      minute: new DomainMinute(domain === "" ? null : limits.perDomainPerMinute),
    }));
  }

  /** When something may go: 0 for at once; null: nothing is left. */
  readyAtMs(nowMs: number): number | null {
    const over = this.#parked.filter(({ untilMs }) => untilMs <= nowMs).sort(byTime);
    for (const parked of over) {
      this.#parked.splice(this.#parked.indexOf(parked), 1);
      this.#ring.push(parked.group);
    }
    if (this.#ring.length > 0) return 0;
    return this.#parked.length === 0 ? null : Math.min(...this.#parked.map(({ untilMs }) => untilMs));
  }

  /** Seals one batch of at most so many. */
  seal(most: number, nowMs: number): readonly PlannedTarget[] {
    const draft: Draft = {
      domains: new Map(),
      taken: [],
      bytes: this.#limits.weight.fixed,
      passedOver: 0,
      isFull: false,
    };
    for (let before = -1; draft.taken.length > before && !draft.isFull && draft.taken.length < most; ) {
      before = draft.taken.length;
      if (this.#ring.length > 0) this.#fillTurn(draft, most, nowMs);
    }
    for (const [{ minute }, taken] of draft.domains) minute.spend(taken, nowMs);
    if (this.#ring.length + this.#parked.length === 0) this.#turn = null;
    return draft.taken;
  }

  #fillTurn(draft: Draft, most: number, nowMs: number): void {
    let turn = this.#turn ?? this.#limits.batch;
    for (const group of this.#ring.slice(0, GROUPS_A_TURN)) {
      const left = Math.min(this.#limits.batch - draft.taken.length, turn);
      if (left < 1 || draft.isFull) break;
      turn -= this.#fillGroup(group, Math.min(left, most - draft.taken.length), draft, nowMs);
    }
    this.#turn = this.#ring.length === 0 || turn < 1 ? null : turn;
  }

  /** What is taken of a group, as a share of whatever fills a batch first. */
  #fillGroup(group: Group, left: number, draft: Draft, nowMs: number): number {
    const { domains: mostDomains, batch, bodyBytes } = this.#limits;
    const known = draft.domains.get(group);
    if (left < 1 || (known === undefined && mostDomains !== null && draft.domains.size >= mostDomains))
      return 0;
    const { targets, freeAtMs } = group.minute.room(nowMs);
    const room = targets - (known ?? 0);
    this.#ring.splice(this.#ring.indexOf(group), 1);
    if (room < 1) {
      this.#parked.push({ group, untilMs: freeAtMs });
      return 0;
    }
    const before = draft.bytes;
    const taken = this.#pop(group, Math.min(left, room), draft);
    const remains = group.at < group.targets.length;
    if (remains && taken >= room) this.#parked.push({ group, untilMs: freeAtMs });
    else if (remains) this.#ring.push(group);
    if (taken === 0) return 0;
    draft.domains.set(group, (known ?? 0) + taken);
    const ofDomains = mostDomains === null || known !== undefined ? 0 : Math.ceil(batch / mostDomains);
    return Math.max(taken, ofDomains, Math.ceil(((draft.bytes - before) * batch) / bodyBytes));
  }

  #pop(group: Group, most: number, draft: Draft): number {
    let taken = 0;
    for (; taken < most; group.at += 1) {
      const target = group.targets[group.at];
      if (target === undefined) break;
      if (this.#covered.has(target)) {
        draft.passedOver += 1;
        continue;
      }
      const bytes = encodedBytes(target.text, this.#limits.weight);
      const isBodyFull = draft.bytes + bytes > this.#limits.bodyBytes && draft.taken.length > 0;
      if (isBodyFull || draft.passedOver >= MOST_PASSED_OVER) {
        draft.isFull = true;
        break;
      }
      draft.bytes += bytes;
      draft.taken.push(target);
      taken += 1;
    }
    return taken;
  }
}

function byTime(a: Parked, b: Parked): number {
  return a.untilMs - b.untilMs || (a.group.domain < b.group.domain ? -1 : 1);
}

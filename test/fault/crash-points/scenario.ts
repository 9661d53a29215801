import type { Json } from "@purgeline/core";
import type { Point, Side } from "./outside.ts";
import type { Process } from "./process.ts";
import type { World } from "./world.ts";

/** What a producer asks for, and what has to become of it. */
export interface Ask {
  readonly body: { readonly urls?: readonly string[]; readonly media?: readonly string[] } & {
    readonly [key: string]: Json;
  };
  /** Default: `confirmed`. `refused`: there is no room for it. */
  readonly end?: "confirmed" | "failed" | "cancelled" | "refused";
}

/** Something that is done to the service, in the course of which any process may die. */
export interface Scenario {
  readonly name: string;
  /** The verbs whose points are crash points here. */
  readonly verbs: readonly string[];
  /** Whom it concerns. */
  readonly accounts: readonly string[];
  /** Whether the provider is asked for its figures of the quota. */
  readonly asksQuota?: boolean;
  /** Calls beyond those without a crash, for what a dead producer never heard of; default: the one that is sent again. */
  readonly moreCalls?: number;
  /** Done before anybody watches; `path` is new each time. Returns what it had accepted. */
  prepare?(world: World, path: string): Promise<readonly Accepted[]>;
  asks?(path: string): readonly Ask[];
  /** Done when all asks have their answer. */
  act?(process: Process, world: World, accepted: readonly Accepted[]): Promise<unknown>;
  /** What the world does around a point, as Redis that is away for a while. */
  around?(world: World, point: Point, side: Side): Promise<unknown> | undefined;
  /** Targets that are sent again for what the scenario itself does, beside the crash. */
  readonly resends?: number;
  /** Targets that were sent before and are asked for once more. */
  readonly retried?: number;
  /** What verbs may throw for the same reason. */
  readonly faults?: RegExp;
}

export interface Accepted {
  readonly ask: Ask;
  readonly intentId: string;
  /** The provider's ledger when the producer began. */
  readonly since: number;
}

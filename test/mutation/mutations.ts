import { ABSORPTION } from "./absorption.ts";
import { BATCHES } from "./batches.ts";
import { CHANGE } from "./change.ts";
import { CLOCK } from "./clock.ts";
import { DURABILITY } from "./durability.ts";
import { LIMITS } from "./limits.ts";
import { LOOK_UP } from "./look-up.ts";
import type { Mutation } from "./mutation.ts";
import { ROLL_UP } from "./roll-up.ts";

export const MUTATIONS: readonly Mutation[] = [
  ...DURABILITY,
  ...LIMITS,
  ...CLOCK,
  ...BATCHES,
  ...ABSORPTION,
  ...ROLL_UP,
  ...LOOK_UP,
  ...CHANGE,
];

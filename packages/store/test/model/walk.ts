import { isEnd, type State } from "@purgeline/core";
import { resume } from "@purgeline/testkit/twin";
import { expect } from "vitest";
import { type Both, pass } from "./both.ts";
import { LANES, type Step } from "./commands.ts";
import { changeBoth, stageBoth, tickBoth } from "./intake.ts";
import { lookAtRedis, lookAtTwin } from "./look.ts";
import { claimBoth, putOffBoth, settleBoth, tellBoth } from "./polls.ts";
import { HOUR_MS } from "./real.ts";
import { answerBoth, redeliver, takeBoth } from "./work.ts";

/** The scripts are told of twelve days: a walk may use up four of them, and needs the others to end. */
const LAST_DAY_MS = 11 * 24 * HOUR_MS;
const WALKED_MS = 3 * 24 * HOUR_MS;

/** Whether the step has anything to do. */
export function mayRun(both: Both, step: Step): boolean {
  switch (step.do) {
    case "answer":
    case "redeliver":
      return both.sending.length > 0;
    case "settle":
    case "putOff":
      return both.asked.length > 0;
    case "cancel":
    case "retry":
      return idsFor(step.do, both).length > 0;
    case "resume":
      return both.twin.paused;
    case "day":
      return both.twin.now - both.real.startMs < WALKED_MS;
    default:
      return true;
  }
}

export async function runBoth(both: Both, step: Step): Promise<void> {
  both.twin.elsewhere = {};
  await carryOut(both, step);
  expect(await lookAtRedis(both.real.connection, both.twin), step.do).toEqual(lookAtTwin(both.twin));
  pass(both, 1);
}

async function carryOut(both: Both, step: Step): Promise<void> {
  const { real, twin } = both;
  switch (step.do) {
    case "stage":
      return await stageBoth(both, step);
    case "take":
      return await takeBoth(both, step.lane);
    case "answer":
      return await answerBoth(both, step);
    case "redeliver":
      return await redeliver(both, step.which);
    case "claim":
      return await claimBoth(both, step.most);
    case "settle":
      return await settleBoth(both, step);
    case "putOff":
      return await putOffBoth(both, step);
    case "tick":
      return await tickBoth(both, step.ms);
    case "day": {
      const reset = twin.settings.resets.find((at) => at > twin.now) ?? 0;
      return await tickBoth(both, Math.max(1, reset + step.to - twin.now));
    }
    case "crash":
      both.sending.length = 0;
      both.asked.length = 0;
      return;
    case "cancel":
    case "retry":
      return await changeBoth(both, step.do, at(idsFor(step.do, both), step.which));
    case "pause":
      twin.paused = true;
      return await real.view.intake.pause("ali");
    case "resume":
      resume(twin);
      return real.keep(await real.view.intake.resume("ali"));
    case "tell":
      return await tellBoth(both, step);
    default:
      step satisfies never;
  }
}

/** Everything goes, and everything is told: each day something, until nothing is left. */
export async function drainBoth(both: Both): Promise<void> {
  if (both.twin.paused) await runBoth(both, { do: "resume" });
  let before = Number.POSITIVE_INFINITY;
  while (both.twin.now - both.real.startMs < LAST_DAY_MS) {
    for (let round = 0; round < 4 && openTargets(both).length > 0; round += 1) await drainRound(both);
    const open = openTargets(both);
    if (open.length === 0) return;
    expect(open.length, `${open} have moved`).toBeLessThan(before);
    before = open.length;
    await runBoth(both, { do: "day", to: HOUR_MS });
  }
}

async function drainRound(both: Both): Promise<void> {
  for (const lane of LANES) await runBoth(both, { do: "take", lane });
  while (both.sending.length > 0)
    await runBoth(both, { do: "answer", which: 0, verdict: "accept", rejected: [], tasks: 1 });
  await runBoth(both, { do: "tick", ms: 3000 });
  await runBoth(both, { do: "claim", most: 100 });
  while (both.asked.length > 0) {
    const told = { end: "confirmed", next: 0, rest: "unconfirmed", isReplayed: false } as const;
    await runBoth(both, { do: "settle", which: 0, of: [0, 1, 2, 3, 4], ...told });
  }
  if (openTargets(both).length > 0) await runBoth(both, { do: "tick", ms: 65_000 });
}

/** Targets that have not ended. */
function openTargets({ twin: { intents } }: Both): readonly string[] {
  const targets = [...intents.values()].flatMap((intent) => intent.targets);
  return targets.filter(({ state }) => !isEnd(state)).map(({ intent, text }) => `${intent.id} ${text}`);
}

/** Intents for which it would come to something. */
function idsFor(what: "cancel" | "retry", { twin: { intents } }: Both): readonly string[] {
  const states: readonly State[] = what === "cancel" ? ["pending", "absorbed"] : ["failed", "unconfirmed"];
  const found = [...intents.values()].filter((intent) =>
    intent.targets.some(({ state }) => states.includes(state)),
  );
  return found.map(({ id }) => id);
}

function at(list: readonly string[], which: number): string {
  return list[which % list.length] ?? "";
}

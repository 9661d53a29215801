import { parseArgs } from "node:util";
import { type Campaign, EVERY_FAULT, runCampaign } from "./campaign.ts";
import { breachesOf } from "./judge.ts";

/*
 * `npm run campaign -- --seed 1 --seconds 600 --kills 200`: real api and worker processes, a real
 * Redis and simulated providers under faults at random times. Prints the verdict of the two ledgers
 * and exits 1 on any broken promise.
 */

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    seconds: { type: "string", default: "60" },
    kills: { type: "string", default: "0" },
    producers: { type: "string", default: "4" },
    /** Only faults whose name has one of these, comma-joined, in it. */
    faults: { type: "string", default: "" },
  },
});

function numberOf(name: Exclude<keyof typeof values, "faults">): number {
  const number = Number(values[name]);
  if (!Number.isInteger(number) || number < 0)
    throw new Error(`--${name}: expected a whole number, got ${values[name]}`);
  return number;
}

function chosen(): typeof EVERY_FAULT {
  const words = values.faults.split(",");
  const [first, ...rest] = EVERY_FAULT.filter(({ name }) => words.some((word) => name.includes(word)));
  if (first === undefined)
    throw new Error(
      `--faults: ${values.faults} is in none of: ${EVERY_FAULT.map(({ name }) => name).join("; ")}`,
    );
  return [first, ...rest];
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function quantile(sorted: readonly number[], part: number): string {
  const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
  return value === undefined ? "–" : `${(value / 1000).toFixed(1)} s`;
}

function report({ verdict, strikes, kills }: Campaign): void {
  say(`\n${strikes.length} faults, ${kills} kills; ${verdict.intents} intents of ${verdict.targets} targets`);
  say(`confirmed ${verdict.confirmed}, maybe ${verdict.maybe}, refused ${verdict.refused}`);
  say(`${verdict.followers} of them were followed by a prefetch`);
  for (const kind of ["lost", "hung", "failed", "stale", "unordered", "overLimit"] as const)
    say(`${kind} ${verdict[kind].length}`);
  say(`${verdict.sendings} sendings of URLs, ${verdict.surplus} more than asked for`);
  const through = [...verdict.throughMs].sort((a, b) => a - b);
  say(`from request to confirmed: p50 ${quantile(through, 0.5)}, p99 ${quantile(through, 0.99)}`);
  say("\nfrom a fault until a purge asked for after it was confirmed: p50, p99, times");
  const all = Object.values(verdict.recoveryMs).flat();
  for (const [fault, times] of [...Object.entries(verdict.recoveryMs).sort(), ["any", all] as const]) {
    const sorted = [...times].sort((a, b) => a - b);
    say(`  ${fault}: ${quantile(sorted, 0.5)}, ${quantile(sorted, 0.99)}, ${sorted.length}`);
  }
}

const campaign = await runCampaign({
  seed: numberOf("seed"),
  seconds: numberOf("seconds"),
  kills: numberOf("kills"),
  faults: chosen(),
  restMs: 1_500,
  producers: numberOf("producers"),
  say,
});
report(campaign);
const breaches = breachesOf(campaign.verdict);
say(breaches.length === 0 ? "\nevery promise was kept" : `\nBROKEN: ${breaches.join("; ")}`);
process.exitCode = breaches.length === 0 ? 0 : 1;

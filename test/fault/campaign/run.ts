import { parseArgs } from "node:util";
import { EVERY_FAULT, runCampaign } from "./campaign.ts";
import { breachesOf } from "./judge.ts";
import { reportOf, rowOf } from "./report.ts";

/*
 * `npm run campaign -- --seed 1 --seconds 600 --kills 200`: real api and worker processes, a real
 * Redis and simulated providers under faults at random times. Prints the verdict of the two ledgers
 * and exits 1 on any broken promise. With `--alone` each fault has a campaign of its own.
 */

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    seconds: { type: "string", default: "60" },
    kills: { type: "string", default: "0" },
    producers: { type: "string", default: "4" },
    /** Only faults whose name has one of these, comma-joined, in it. */
    faults: { type: "string", default: "" },
    /** One campaign for each of them. */
    alone: { type: "boolean", default: false },
  },
});

function numberOf(name: Exclude<keyof typeof values, "faults" | "alone">): number {
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

/** Whether every promise was kept. */
async function run(faults: typeof EVERY_FAULT): Promise<boolean> {
  const campaign = await runCampaign({
    seed: numberOf("seed"),
    seconds: numberOf("seconds"),
    kills: numberOf("kills"),
    faults,
    restMs: 1_500,
    producers: numberOf("producers"),
    say: values.alone ? () => undefined : say,
  });
  const breaches = breachesOf(campaign.verdict);
  say(values.alone ? rowOf(campaign) : reportOf(campaign));
  say(breaches.length === 0 ? "every promise was kept" : `BROKEN: ${breaches.join("; ")}`);
  return breaches.length === 0;
}

const campaigns: (typeof EVERY_FAULT)[] = values.alone ? chosen().map((fault) => [fault]) : [chosen()];
for (const faults of campaigns) {
  if (!(await run(faults))) process.exitCode = 1;
}

import { argumentsOrExit, flag, wholeNumber } from "../../arguments/read-arguments.ts";
import { EVERY_FAULT, runCampaign } from "./campaign.ts";
import { breachesOf } from "./judge.ts";
import { reportOf, rowOf } from "./report.ts";

/*
 * `npm run campaign -- --seed 1 --seconds 600 --kills 200`: real api and worker processes, a real
 * Redis and simulated providers under faults at random times. Prints the verdict of the two ledgers
 * and exits 1 on any broken promise. With `--alone` each fault has a campaign of its own.
 */

const { faults, alone, ...asked } = argumentsOrExit({
  seed: wholeNumber(1),
  seconds: wholeNumber(60, 1),
  kills: wholeNumber(0),
  producers: wholeNumber(4, 1),
  /** Only faults whose name has one of these in it. */
  faults: {
    expected: `words, comma-joined, of: ${EVERY_FAULT.map(({ name }) => name).join("; ")}`,
    read: faultsOf,
    otherwise: EVERY_FAULT,
  },
  /** One campaign for each of them. */
  alone: flag(),
});

function faultsOf(value: string): typeof EVERY_FAULT | undefined {
  const words = value.split(",");
  if (!words.every((word) => EVERY_FAULT.some(({ name }) => name.includes(word)))) return undefined;
  const [first, ...rest] = EVERY_FAULT.filter(({ name }) => words.some((word) => name.includes(word)));
  return first === undefined ? undefined : [first, ...rest];
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Whether every promise was kept. */
async function run(striking: typeof EVERY_FAULT): Promise<boolean> {
  const campaign = await runCampaign({
    ...asked,
    faults: striking,
    restMs: 1_500,
    say: alone ? () => undefined : say,
  });
  const breaches = breachesOf(campaign.verdict);
  say(alone ? rowOf(campaign) : reportOf(campaign));
  say(breaches.length === 0 ? "every promise was kept" : `BROKEN: ${breaches.join("; ")}`);
  return breaches.length === 0;
}

// `exit` is what ends the processes that were started; a signal alone would leave them behind.
for (const [signal, code] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const)
  process.once(signal, () => process.exit(code));

const campaigns: (typeof EVERY_FAULT)[] = alone ? faults.map((fault) => [fault]) : [faults];
for (const striking of campaigns) {
  if (!(await run(striking))) process.exitCode = 1;
}

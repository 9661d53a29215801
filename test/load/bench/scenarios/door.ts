import { type DoorPlan, type DoorReport, standAtTheDoor } from "../../door/alibaba.ts";
import { type MinuteReport, standAtTheMinutesDoor } from "../../door/tencent.ts";
import type { Bench, Measured, Row, Scenario } from "../scenario.ts";

/** What comes to a provider's door while there is always work, and when a worker is killed, a reply is lost, a burst comes. */
export const door: Scenario = { name: "door", run };

const SATURATED_MS = 14_000;
const BURST = 150;
const LEAST_SATURATED_MS = 3000;
const LEAST_BURST = 30;
const WORKERS = [1, 4, 8];
const LATENCIES_MS = [0, 120];
const LEAST_SHARE = 0.97;
/** Of the 30 a second that are allowed. */
const MOST_QUERIES = 10;
const PER_MINUTE = 10_000;
/** Two whole windows: the calls of the second one come when those of the first are a minute old. */
const MINUTES_MS = 121_000;

async function run({ scale, say }: Bench): Promise<Measured> {
  const saturatedMs = Math.max(LEAST_SATURATED_MS, SATURATED_MS * scale);
  const burst = Math.max(LEAST_BURST, Math.ceil(BURST * scale));
  // A quick look is at the hardest of them.
  const plans = (scale < 1 ? [4] : WORKERS).flatMap((workers) =>
    (scale < 1 ? [120] : LATENCIES_MS).map(
      (latencyMs): DoorPlan => ({ workers, latencyMs, saturatedMs, burst }),
    ),
  );
  const reports: DoorReport[] = [];
  for (const plan of plans) {
    say(`${nameOf(plan)}`);
    reports.push(await standAtTheDoor(plan));
  }
  const minute = scale < 1 ? null : await minuteOf(say);
  const all = [...reports, ...(minute === null ? [] : [minute])];
  return {
    rows: [
      { name: "what is allowed", figures: { "calls/s": 50, "most in 1 s": 50 } },
      ...plans.map((plan, i) => rowOf(nameOf(plan), reports[i])),
      ...(minute === null ? [] : [minuteRow(minute)]),
    ],
    ratios: [
      {
        name: "calls over a limit in any window, by the provider's count",
        value: all.reduce((sum, { violations }) => sum + violations, 0),
        atMost: 0,
      },
      {
        name: "calls in the slackest 10 s while work waits, against what is allowed",
        value: Math.min(...reports.map(({ leastShare }) => leastShare)),
        atLeast: LEAST_SHARE,
      },
      {
        name: "queries for the answers of 50 calls, of one domain each",
        value: Math.max(...reports.map(({ queriesPer50 }) => queriesPer50)),
        atMost: MOST_QUERIES,
      },
      ...(minute === null
        ? []
        : [
            {
              name: "calls in two minutes, against what is allowed",
              value: minute.calls / (2 * PER_MINUTE),
              atLeast: LEAST_SHARE,
            },
          ]),
    ],
  };
}

async function minuteOf(say: Bench["say"]): Promise<MinuteReport> {
  say(`${PER_MINUTE} calls a minute, 4 workers`);
  return await standAtTheMinutesDoor({ perMinute: PER_MINUTE, forMs: MINUTES_MS, workers: 4 });
}

function nameOf({ workers, latencyMs }: DoorPlan): string {
  return `${workers} ${workers === 1 ? "worker" : "workers"}, answers after ${latencyMs === 0 ? "0" : `0 and ${latencyMs}`} ms`;
}

function rowOf(name: string, report: DoorReport | undefined): Row {
  if (report === undefined) throw new Error(`door: ${name} was not measured`);
  return {
    name,
    figures: {
      "calls/s": report.submitsPerSecond,
      "most in 1 s": report.busiestSecond,
      "queries for 50 calls": report.queriesPer50,
      "calls in all": report.calls,
    },
  };
}

function minuteRow({ calls, busiestMinute }: MinuteReport): Row {
  return {
    name: `Tencent v2, ${PER_MINUTE} a minute`,
    figures: { "most in 60 s": busiestMinute, "calls in all": calls },
  };
}

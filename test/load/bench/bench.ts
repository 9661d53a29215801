import { execFile } from "node:child_process";
import { availableParallelism, cpus, loadavg } from "node:os";
import { promisify } from "node:util";
import { type Chart, isMet, type Ratio, type Row, type Scenario } from "./scenario.ts";
import { atTheLimit } from "./scenarios/at-the-limit.ts";
import { coalescing } from "./scenarios/coalescing.ts";
import { door } from "./scenarios/door.ts";
import { endToEnd } from "./scenarios/end-to-end.ts";
import { isolation } from "./scenarios/isolation.ts";
import { latency } from "./scenarios/latency.ts";
import { store } from "./scenarios/store.ts";

/** In the order in which they run. A new one is a file in `scenarios/` and its name here. */
export const SCENARIOS: readonly Scenario[] = [
  isolation,
  endToEnd,
  atTheLimit,
  latency,
  coalescing,
  store,
  door,
];

/** What `--json` writes. */
export interface BenchResult {
  readonly measuredAt: string;
  readonly machine: Machine;
  readonly scale: number;
  readonly scenarios: readonly ScenarioResult[];
  /** Whether every promise of every scenario was kept; null: at this scale nobody can tell. */
  readonly isMet: boolean | null;
}

export interface ScenarioResult {
  readonly name: string;
  readonly seconds: number;
  readonly rows: readonly Row[];
  readonly ratios: readonly (Ratio & { readonly isMet: boolean | null })[];
  readonly charts: readonly Chart[];
}

export interface Machine {
  readonly cores: number;
  readonly cpu: string;
  /** Of the minute before: what else it was busy with. */
  readonly load: number;
  readonly node: string;
  readonly redis: string;
}

export async function runBench(options: {
  readonly scenarios: readonly Scenario[];
  readonly scale: number;
  readonly say: (line: string) => void;
}): Promise<BenchResult> {
  const measuredAt = new Date().toISOString();
  const machine = await thisMachine();
  const judges = options.scale >= 1;
  const scenarios: ScenarioResult[] = [];
  for (const scenario of options.scenarios) {
    options.say(`== ${scenario.name}`);
    const startedAt = performance.now();
    const { rows, ratios, charts = [] } = await scenario.run({ scale: options.scale, say: options.say });
    scenarios.push({
      name: scenario.name,
      seconds: (performance.now() - startedAt) / 1000,
      rows,
      ratios: ratios.map((ratio) => ({ ...ratio, isMet: judges ? isMet(ratio) : null })),
      charts,
    });
  }
  const kept = scenarios.every(({ ratios }) => ratios.every((ratio) => ratio.isMet));
  return { measuredAt, machine, scale: options.scale, scenarios, isMet: judges ? kept : null };
}

async function thisMachine(): Promise<Machine> {
  const program = process.env.PURGELINE_REDIS_SERVER ?? "redis-server";
  const { stdout } = await promisify(execFile)(program, ["--version"]);
  return {
    cores: availableParallelism(),
    cpu: cpus()[0]?.model ?? "unknown",
    load: loadavg()[0] ?? Number.NaN,
    node: process.versions.node,
    redis: /\bv=(\S+)/.exec(stdout)?.[1] ?? stdout.trim(),
  };
}

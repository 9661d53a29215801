import { spawnSync } from "node:child_process";

const PROMTOOL = process.env.PURGELINE_PROMTOOL ?? "promtool";

/** Why the tests of rules and metrics cannot run here; null: they can. */
export const whyNoPromtool: string | null =
  spawnSync(PROMTOOL, ["--version"]).error === undefined
    ? null
    : `no ${PROMTOOL}: install Debian's prometheus or set PURGELINE_PROMTOOL`;

export interface Ended {
  readonly code: number | null;
  /** Both streams: promtool writes its findings to either. */
  readonly said: string;
}

export function promtool(args: readonly string[], input = ""): Ended {
  const { status, stdout, stderr } = spawnSync(PROMTOOL, args, { input, encoding: "utf8" });
  return { code: status, said: stdout + stderr };
}

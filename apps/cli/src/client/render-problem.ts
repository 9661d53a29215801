import { columns, printable } from "./columns.ts";
import type { ProblemDocument } from "./reply.ts";
import type { GivenTarget } from "./targets.ts";

/** The whole document: its sentence, then every fault on its line, with the line of the file it came from. */
export function problemText(problem: ProblemDocument, targets: readonly GivenTarget[] = []): string {
  const code = problem.code === null ? "" : ` (${problem.code})`;
  const detail = problem.detail === null ? "" : `: ${problem.detail}`;
  const faults = problem.errors.map((fault) => [
    fault.pointer,
    fault.code,
    fault.value ?? "",
    fault.detail,
    sourceOf(fault.pointer, targets) ?? "",
  ]);
  return `refused: ${problem.status} ${printable(problem.title + code + detail)}\n${columns(faults, "  ")}`;
}

/** `/urls/17` is the 18th target of the request: targets are of one kind and in the order given. */
function sourceOf(pointer: string, targets: readonly GivenTarget[]): string | null {
  const index = /^\/(?:urls|directories|patterns|ignoreParams|media)\/(\d+)$/.exec(pointer)?.[1];
  return index === undefined ? null : (targets[Number(index)]?.from ?? null);
}

import type { BatchContent, CallContext, HttpReply, Lane, Provider, Row, Task } from "@purgeline/core";
import fc from "fast-check";
import { expect, it } from "vitest";
import { anyReply } from "./any-reply.ts";
import { expectDiscreet } from "./discreet.ts";
import { sampleItems } from "./sample-items.ts";
import { sentTexts } from "./sent-texts.ts";

export function pollContract(
  provider: Provider,
  content: BatchContent,
  call: CallContext,
  accepted: HttpReply,
): void {
  const asked = (): [Task, ...Task[]] => {
    const outcome = provider.decode(accepted, content);
    const [task, ...others] = outcome.kind === "accepted" ? outcome.tasks : [];
    if (task === undefined) throw new Error(`contract: no task in ${JSON.stringify(outcome)}`);
    return [task, ...others.slice(0, provider.poll.max(task.call) - 1)];
  };

  it("can ask for the tasks that it was given", () => {
    const request = provider.poll.encode(asked(), call);
    const [task] = asked();
    expect(Object.keys(provider.table(call.settings).calls)).toContain(task.call);
    expect(sentTexts(request)).toContain(task.id);
    expectDiscreet(request, call);
  });

  it("decodes any answer about its tasks, and takes an empty one for no end", () => {
    const tasks = asked();
    fc.assert(
      fc.property(anyReply(), (reply) => {
        const answer = provider.poll.decode(reply, tasks);
        if (answer.kind === "progress") expect(answer.tasks).toHaveLength(tasks.length);
      }),
    );
    const empty = provider.poll.decode({ status: 200, headers: {}, body: "{}" }, tasks);
    const told = empty.kind === "progress" ? empty.tasks : [];
    expect(told.filter(({ rows, next }) => rows.length > 0 || next.length === 0)).toEqual([]);
  });
}

export function matchContract(provider: Provider, lanes: readonly Lane[]): void {
  it.each(lanes)("matches rows to items of %s by what they name", (lane) => {
    const items = sampleItems(lane, 4);
    const rows = items.map((item, index): Row => {
      const end = index === 1 ? "failed" : "confirmed";
      return { item, end, code: null, message: null };
    });
    const ends = (given: readonly Row[]) => provider.poll.match(items, given).map((row) => row?.end ?? null);
    expect(ends(rows)).toEqual(["confirmed", "failed", "confirmed", "confirmed"]);
    expect(ends(rows.toReversed())).toEqual(ends(rows));
    expect(ends(rows.slice(0, 1))).toEqual(["confirmed", null, null, null]);
    expect(ends([])).toEqual([null, null, null, null]);
  });
}

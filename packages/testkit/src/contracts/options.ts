import type { AccountSettings, Lane, Provider } from "@purgeline/core";
import { expect, it } from "vitest";
import { NO_OPTIONS } from "./sample-batch.ts";

export function optionsContract(provider: Provider, lane: Lane, settings: AccountSettings): void {
  it("takes hard for the default strength of a purge, as JSON equal to no options", () => {
    const none = provider.options(lane, NO_OPTIONS, settings);
    expect(none.ok).toBe(true);
    if (lane.startsWith("prefetch")) return;
    expect(provider.options(lane, { ...NO_OPTIONS, strength: "hard" }, settings)).toEqual(none);
  });

  it("either has soft purges that differ from hard ones, or says that it has none", () => {
    const soft = provider.options(lane, { ...NO_OPTIONS, strength: "soft" }, settings);
    if (soft.ok) expect(soft).not.toEqual(provider.options(lane, NO_OPTIONS, settings));
    else expect(soft.problems.map(({ path }) => path[0])).toContain("strength");
  });

  it("names an option that it does not have", () => {
    const own = { "no-such-option": 1 };
    const checked = provider.options(lane, { ...NO_OPTIONS, own }, settings);
    expect(checked.ok ? [] : checked.problems.map((problem) => JSON.stringify(problem))).toEqual([
      expect.stringContaining("no-such-option"),
    ]);
  });
}

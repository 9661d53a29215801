import type { AccountSettings, Provider } from "@purgeline/core";
import { expect, it } from "vitest";

export function tableContract(provider: Provider, settings: AccountSettings): void {
  const table = provider.table(settings);

  it("names a call with limits, and a class with a quota, for every lane", () => {
    for (const spec of Object.values(table.lanes)) {
      expect(Object.keys(table.calls)).toContain(spec.call);
      if (spec.quota !== null) expect(Object.keys(table.quotas)).toContain(spec.quota);
    }
    expect(() => new Intl.DateTimeFormat("en", { timeZone: table.resetTimeZone })).not.toThrow();
  });

  it("gives every number a source and a day", () => {
    const numbers = [table, ...Object.values(table.lanes), ...Object.values(table.calls), table.quotas]
      .flatMap((part) => Object.values(part) as unknown[])
      .filter((value) => typeof value === "object" && value !== null && "asOf" in value);
    expect(numbers.length).toBeGreaterThan(0);
    for (const number of numbers) {
      expect(number).toEqual({
        value: expect.toSatisfy((value: number) => Number.isInteger(value) && value >= 1),
        source: expect.stringMatching(/\S/),
        asOf: expect.stringMatching(/^\d{4}-\d{2}-\d{2}$/),
      });
    }
  });

  it("names real classes wherever a parameter of the call moves the spending", () => {
    const moved = Object.values(table.lanes).flatMap(({ quotaByOption }) =>
      Object.values(quotaByOption?.classes ?? {}).flat(),
    );
    expect(moved.filter((name) => table.quotas[name] === undefined)).toEqual([]);
  });

  it("gives settings of its own names that a file can have, and needs none that it does not name", () => {
    const names = provider.ownSettings ?? [];
    for (const name of names) expect(name).toMatch(/^[a-z][A-Za-z0-9]*$/);
    const asked = provider.check({ ...settings, own: {} }).filter(({ path }) => path[0] === "settings");
    for (const { path } of asked) expect(names).toContain(path[1]);
  });

  it("finds nothing wrong with the sample account", () => {
    expect(provider.check(settings)).toEqual([]);
  });
}

import fc from "fast-check";
import { afterEach, expect, it } from "vitest";
import { type Bundle, bundle, limitsWith } from "./bundle.ts";
import { counts, drain, finish, record, urls } from "./steps.ts";

let store: Bundle;
afterEach(() => store.close());

const poisoned = { do: "split", code: "Bad", message: "one of them" } as const;
const refused = { do: "end", end: "failed", code: "Bad", message: "it is this one", refund: true } as const;

const batches = fc.integer({ min: 1, max: 300 }).chain((size) =>
  fc.record({
    size: fc.constant(size),
    culprits: fc.uniqueArray(fc.nat({ max: size - 1 }), { minLength: 1, maxLength: Math.min(size, 4) }),
  }),
);

it("whichever targets are refused, each is found with two calls a halving at most, and the others go once", async () => {
  store = await bundle({ limits: limitsWith({}, 100_000) });
  let runs = 0;
  let spent = 0;
  await fc.assert(
    fc.asyncProperty(batches, async ({ size, culprits }) => {
      runs += 1;
      const intent = `int_${runs}`;
      const all = urls(size, `h${runs}.example.com`);
      const bad = new Set(culprits.map((at) => all[at] ?? ""));
      await store.stage(intent, all);
      const taken: string[] = [];
      let calls = 0;
      await drain(store, (sealed) => {
        calls += 1;
        const { items } = sealed.batch;
        if (items.some((item) => bad.has(item)))
          return record(store, sealed, items.length > 1 ? poisoned : refused);
        taken.push(...items);
        return finish(store, sealed);
      });
      expect(taken.sort()).toEqual(all.filter((url) => !bad.has(url)).sort());
      expect(await counts(store, intent)).toMatchObject({ confirmed: size - bad.size, failed: bad.size });
      expect(calls - 1).toBeLessThanOrEqual(bad.size * 2 * Math.ceil(Math.log2(size)));
      spent += taken.length;
      const [account] = await store.intake.accounts();
      const day = account?.quotas.find((each) => each.class === "url");
      expect(day).toMatchObject({ used: spent, reserved: 0 });
    }),
    { numRuns: 30 },
  );
});

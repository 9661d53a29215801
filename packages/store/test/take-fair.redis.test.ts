import { afterEach, describe, expect, it } from "vitest";
import { type Bundle, bundle, domainOf, type How, limitsWith } from "./bundle.ts";
import { drain, finish, record, rescue, seal, sealAll, urls, waits } from "./steps.ts";

let store: Bundle;
afterEach(() => store.close());

const many = (quota = 1_000_000) => ({ ...limitsWith({}, quota) });
const domainsOf = (items: readonly string[]): ReadonlySet<string> => new Set(items.map(domainOf));

describe("fairness", () => {
  it("a flood of 50,000 by one producer delays ten targets of another by one batch", async () => {
    store = await bundle({ limits: many() });
    const slot = (await store.stage("int_0", urls(10_000, "a.example.com")))[0];
    for (let i = 1; i < 5; i += 1) await store.stage(`int_${i}`, urls(10_000, "a.example.com", i * 10_000));
    const first = await seal(store, slot);
    await store.stage("int_small", urls(10, "b.example.com"), { createdBy: "other" });
    const second = await seal(store, first.next);
    const third = await seal(store, second.next);
    const found = [...second.batch.items, ...third.batch.items].filter(
      (item) => domainOf(item) === "b.example.com",
    );
    expect(found).toHaveLength(10);
    expect(third.batch.items).toHaveLength(1000);
  });

  it("a flood over 5,000 domains delays another producer's target by one batch, too", async () => {
    store = await bundle({ limits: many() });
    const flood = Array.from({ length: 5000 }, (_, i) => `https://d${i}.example.com/`);
    const [slot] = await store.stage("int_1", flood);
    await store.stage("int_2", urls(1, "z.example.org"), { createdBy: "other" });
    const [first, second] = await sealAll(store, slot);
    const items = [...(first?.batch.items ?? []), ...(second?.batch.items ?? [])];
    expect(items).toContain("https://z.example.org/0");
    for (const each of [first, second]) expect(domainsOf(each?.batch.items ?? []).size).toBe(10);
  });

  it("a flood in one domain delays another domain of the same producer by one batch", async () => {
    store = await bundle({ limits: many() });
    const [slot] = await store.stage("int_1", urls(10_000, "a.example.com"));
    await store.stage("int_2", urls(10, "b.example.com"));
    const [first, second] = await sealAll(store, slot);
    expect(domainsOf([...(first?.batch.items ?? []), ...(second?.batch.items ?? [])])).toContain(
      "b.example.com",
    );
  });

  it("producers with equal backlogs get equal shares, and batches stay full", async () => {
    store = await bundle({ limits: many() });
    const [slot] = await store.stage("int_1", urls(5500, "a.example.com"), { createdBy: "a" });
    await store.stage("int_2", urls(5500, "b.example.com"), { createdBy: "b" });
    const sealed = await sealAll(store, slot);
    const items = sealed.slice(0, 8).flatMap(({ batch }) => batch.items);
    expect(items.filter((item) => domainOf(item) === "a.example.com")).toHaveLength(4000);
    expect(sealed.slice(0, 11).map(({ batch }) => batch.items.length)).toEqual(Array(11).fill(1000));
  });
});

it("a take passes over a bounded number of cancelled keys, and the next takes over the others", async () => {
  store = await bundle({ limits: many() });
  const slot = (await store.stage("int_1", urls(6000)))[0];
  await store.stage("int_2", urls(6000, "a.example.com", 6000));
  await store.stage("int_3", urls(1, "a.example.com", 12_000));
  for (const id of ["int_1", "int_2"]) await store.intake.cancel(id);
  const left = async () => await store.connection.llen("t:{ali}:lane:purge-url:n:q:shop:a.example.com|{}");
  expect(await left()).toBe(12_001);
  for (const rest of [8001, 4001, 1]) {
    expect(await waits(store, slot)).toMatchObject({ waitMs: 1 });
    expect(await left()).toBe(rest);
  }
  expect((await seal(store, slot)).batch.items).toEqual(urls(1, "a.example.com", 12_000));
});

describe("parts of a refused batch", () => {
  const poisoned = { do: "split", code: "Bad", message: "" } as const;
  /** A batch of a flood that falls apart for good, and one of `how` staged meanwhile; whose batches go next. */
  async function nextAfterSplit(how: How): Promise<readonly string[]> {
    store = await bundle({ limits: limitsWith({ batch: 64 }, 1_000_000) });
    const first = await seal(store, (await store.stage("int_1", urls(64, "flood.example.com")))[0]);
    await record(store, first, poisoned);
    await store.stage("int_2", urls(10, "calm.example.com"), how);
    const sent: string[] = [];
    await drain(store, (sealed) => {
      const { items } = sealed.batch;
      sent.push(...domainsOf(items));
      return items.length > 1 ? record(store, sealed, poisoned) : finish(store, sealed);
    });
    return sent;
  }

  it.each<readonly [string, How]>([
    ["another producer's target", { createdBy: "other" }],
    ["an urgent target", { priority: "urgent" }],
  ])("delay %s by one call, however many they are", async (_what, how) => {
    const sent = await nextAfterSplit(how);
    expect(sent.indexOf("calm.example.com")).toBeLessThanOrEqual(1);
    expect(sent.length).toBeGreaterThan(100);
  });

  it("take turns with new work, so that neither waits for the other's end", async () => {
    store = await bundle({ limits: limitsWith({ batch: 8 }, 1_000_000) });
    const first = await seal(store, (await store.stage("int_1", urls(8, "again.example.com")))[0]);
    await record(store, first, poisoned);
    await store.stage("int_2", urls(24, "new.example.com"));
    const sent: string[] = [];
    await drain(store, (sealed) => {
      sent.push(...domainsOf(sealed.batch.items));
      return finish(store, sealed);
    });
    const [again, fresh] = ["again.example.com", "new.example.com"];
    expect(sent).toEqual([again, fresh, again, fresh, fresh]);
  });
});

describe("what shares a batch", () => {
  it("at most as many domains as a call may have, and as few as possible", async () => {
    store = await bundle({ limits: many() });
    const mixed = Array.from({ length: 25 }, (_, d) => urls(100, `d${d}.example.com`)).flat();
    const [slot] = await store.stage("int_1", mixed);
    const sizes: number[] = [];
    for (const { batch } of await sealAll(store, slot)) {
      sizes.push(batch.items.length);
      expect(domainsOf(batch.items).size).toBeLessThanOrEqual(10);
    }
    expect(sizes).toEqual([1000, 1000, 500]);
  });

  it("only targets with the same options", async () => {
    store = await bundle({ limits: many() });
    const [slot] = await store.stage("int_1", urls(3), { options: { Area: "domestic" } });
    await store.stage("int_2", urls(3, "b.example.com"), { options: { Area: "overseas" } });
    await store.stage("int_3", urls(3, "c.example.com"), { options: { Area: "domestic" } });
    const sealed = await sealAll(store, slot);
    expect(sealed.map(({ batch }) => [batch.options, batch.items])).toEqual([
      [{ Area: "domestic" }, [...urls(3), ...urls(3, "c.example.com")]],
      [{ Area: "overseas" }, urls(3, "b.example.com")],
    ]);
  });

  it.each(["form", "json"] as const)(
    "no more bytes of %s than a body may have, in order",
    async (encoding) => {
      const bodyBytes = 5000;
      const weight = { encoding, fixed: 40, perItem: 3 } as const;
      store = await bundle({ limits: limitsWith({ bodyBytes, weight }, 1_000_000) });
      const all = Array.from(
        { length: 400 },
        (_, i) => `https://a.example.com/${i}?q="é\\${"x".repeat(i % 50)}`,
      );
      const [slot] = await store.stage("int_1", all);
      const sealed = await sealAll(store, slot);
      for (const { batch } of sealed) {
        const text =
          encoding === "form"
            ? encodeURIComponent(batch.items.join("\n"))
            : JSON.stringify(batch.items).slice(2, -2);
        expect(Buffer.byteLength(text) + 40).toBeLessThanOrEqual(bodyBytes);
      }
      expect(sealed.flatMap(({ batch }) => batch.items)).toEqual(
        all.slice(0, sealed.flatMap((s) => s.batch.items).length),
      );
      // Every batch but the last is as full as bytes allow: an escape counts its longest form.
      for (const { batch } of sealed.slice(0, -1)) expect(batch.items.length).toBeGreaterThan(15);
    },
  );

  // What counts the short ones as more or as less than they are is wrong about one of these.
  it.each([557, 667])("as many targets of %d bytes after short ones as a body has room for", async (host) => {
    const bodyBytes = 3000;
    const weight = { encoding: "form", fixed: 40, perItem: 3 } as const;
    store = await bundle({ limits: limitsWith({ batch: 10, bodyBytes, weight }, 1_000_000) });
    const all = [...urls(4), ...urls(6, `${"x".repeat(host)}.example.com`)];
    const [slot] = await store.stage("int_1", all);
    const [first] = await sealAll(store, slot);
    const bytesOf = (items: readonly string[]): number =>
      items.reduce<number>(
        (sum, item) => sum + encodeURIComponent(item).length + weight.perItem,
        weight.fixed,
      );
    const taken = first?.batch.items ?? [];
    expect(taken).toEqual(all.slice(0, taken.length));
    expect(bytesOf(taken)).toBeLessThanOrEqual(bodyBytes);
    expect(bytesOf(all.slice(0, taken.length + 1))).toBeGreaterThan(bodyBytes);
  });

  it("what the body had no room for goes out later, none lost, none twice", async () => {
    store = await bundle({ limits: limitsWith({ bodyBytes: 3000 }, 1_000_000) });
    const all = urls(700);
    await store.stage("int_1", all);
    const sent: string[] = [];
    const sizes: number[] = [];
    await drain(store, (sealed) => {
      sent.push(...sealed.batch.items);
      sizes.push(sealed.batch.items.length);
      return finish(store, sealed);
    });
    expect(sent).toEqual(all);
    // Bytes end a batch, not the rest of somebody's turn.
    expect(Math.max(...sizes.slice(0, -1)) - Math.min(...sizes.slice(0, -1))).toBeLessThanOrEqual(10);
  });

  it("batches of 5,000 work like small ones", async () => {
    store = await bundle({ limits: limitsWith({ batch: 5000 }, 1_000_000) });
    const [slot] = await store.stage("int_1", urls(9000));
    const sealed = await sealAll(store, slot);
    expect(sealed.map(({ batch }) => batch.items.length)).toEqual([5000, 4000]);
    for (const each of sealed) await finish(store, each);
    expect((await store.intake.legs("int_1"))[0]?.counts).toMatchObject({ confirmed: 9000 });
  });
});

describe("a domain's limit a minute", () => {
  it("holds back the flooding domain alone, which resumes when its minute is over", async () => {
    store = await bundle({ limits: limitsWith({ perDomainPerMinute: 1000 }, 1_000_000) });
    const [slot] = await store.stage("int_1", urls(2500, "a.example.com"));
    const first = await seal(store, slot);
    expect(first.batch.items).toHaveLength(1000);
    expect(await waits(store, first.next)).toMatchObject({ why: { reason: "rate" }, pending: 1500 });
    const [woken] = await store.stage("int_2", urls(10, "b.example.com"));
    const other = await seal(store, woken);
    expect(other.batch.items).toEqual(urls(10, "b.example.com"));
    expect(other.next).toBeDefined();
    await finish(store, first);
    await finish(store, other);

    const minute = store.later(63_000);
    const resumed = await seal(minute, (await rescue(minute))[0]);
    expect(resumed.batch.items).toEqual(urls(1000, "a.example.com", 1000));
  });

  it("counts a second sending of what may have been applied, and not of what was refused", async () => {
    store = await bundle({ limits: limitsWith({ perDomainPerMinute: 1000 }, 1_000_000) });
    const [slot] = await store.stage("int_1", urls(600));
    const first = await seal(store, slot);
    const again = { do: "retry", inMs: 0, hold: null } as const;
    const seen = { call: "RefreshObjectCaches", providerDateMs: null, error: null };
    const refused = await store.work.record(first.slot, first.batch, { ...again, resend: null }, seen);
    const second = await seal(store, refused.slots[0]);
    expect(second.batch).toMatchObject({ id: first.batch.id, attempt: 2 });
    const lost = await store.work.record(second.slot, second.batch, { ...again, resend: "ambiguous" }, seen);
    expect(await waits(store, lost.slots[0])).toMatchObject({ why: { reason: "rate" } });
    const minute = store.later(63_000);
    const third = await seal(minute, (await rescue(minute))[0]);
    expect(third.batch).toMatchObject({ id: first.batch.id, attempt: 3, resend: "ambiguous" });
  });
});

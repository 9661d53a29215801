import type { Take } from "@purgeline/core";
import { describe, expect, it } from "vitest";
import { submit, Turns } from "../../src/index.ts";
import { ACCEPTED, batch } from "./taken.ts";
import { NO_ITEMS, SUBMIT_SLOT, toy } from "./work-ports.ts";

describe("turns", () => {
  it("go round in the order asked, and each name has its own", async () => {
    const turns = new Turns();
    const order: string[] = [];
    const first = await turns.take("a");
    const second = turns.take("a").then((end) => {
      order.push("second");
      return end;
    });
    const third = turns.take("a").then(() => order.push("third"));
    (await turns.take("b"))();
    expect(order).toEqual([]);
    first();
    first();
    const endSecond = await second;
    expect(order).toEqual(["second"]);
    endSecond();
    await third;
    expect(order).toEqual(["second", "third"]);
  });

  it("of a call go on when a batch is taken, before its bytes have left", async () => {
    const { ports } = toy({ outcomes: [ACCEPTED] });
    const { promise: asked, resolve } = Promise.withResolvers<void>();
    const take = async ({ id }: typeof SUBMIT_SLOT): Promise<Take> => {
      if (id !== "s2") return batch("a");
      resolve();
      return { kind: "end", moved: { elsewhere: {}, legs: [] }, slots: [] };
    };
    const send: typeof ports.transport.send = async (request, options) => {
      await asked;
      return await ports.transport.send(request, options);
    };
    const both = { ...ports, store: { ...ports.store, take }, transport: { ...ports.transport, send } };
    const turns = new Turns();
    const slots = [SUBMIT_SLOT, { ...SUBMIT_SLOT, id: "s2" }];
    const ends = await Promise.all(
      slots.map((slot) => submit(slot, turns, NO_ITEMS, both, () => Promise.resolve())),
    );
    expect(ends.map(({ kind }) => kind)).toEqual(["done", "done"]);
  });
});

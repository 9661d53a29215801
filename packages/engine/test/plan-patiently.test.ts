import { expect, it } from "vitest";
import { planIntent } from "../src/admit/plan-intent.ts";
import { planPatiently } from "../src/admit/plan-patiently.ts";
import { intake } from "./two-providers.ts";

const anyone = { name: "anyone", rights: null };
const newId = () => "int_1";

it("an intent of 10,000 targets is planned in turns with whatever else the process has to do", async () => {
  const urls = Array.from({ length: 10_000 }, (_, i) => `https://www.example.com/${i}`);
  let turns = 0;
  let isPlanned = false;
  const others = (): void => {
    turns += 1;
    if (!isPlanned) setImmediate(others);
  };
  setImmediate(others);
  const planned = await planPatiently({ op: "purge", urls }, anyone, intake, newId);
  isPlanned = true;
  expect(turns).toBeGreaterThanOrEqual(39);
  expect(planned).toEqual(planIntent({ op: "purge", urls }, anyone, intake, newId));
});

import { afterAll, beforeAll, expect, it } from "vitest";
import { type ApiBundle, apiBundle } from "../integration/api-bundle.ts";
import { purgeline } from "./program.ts";

let api: ApiBundle;
beforeAll(async () => {
  api = await apiBundle();
});
afterAll(() => api.close());

const SHOP = "https://b.example.com/shop/";

async function post(body: Readonly<Record<string, unknown>>): Promise<string> {
  const answer = await api.call("POST", "/v1/intents", { body: { op: "purge", ...body } });
  return answer.body.id;
}

async function statusOf(id: string): Promise<string> {
  const { stdout } = await purgeline(["status", id], { env: { PURGELINE_URL: api.origin } });
  return stdout;
}

it("the status of what a directory absorbed names that directory, also when it is confirmed", async () => {
  const directory = await post({ directories: [SHOP] });
  const id = await post({ urls: [`${SHOP}1`, `${SHOP}2`, "https://b.example.com/other"] });
  const looked = await statusOf(id);
  expect(looked).toMatch(/^ {2}targets +3: 1 pending, 2 absorbed$/m);
  expect(looked).toMatch(/^ {2}via +https:\/\/b\.example\.com\/shop\/: 2 absorbed$/m);
  expect(looked).toMatch(/^ {2}waiting +ali purge-url: 3 targets · rate$/m);
  await api.send("ali", "purge-directory", { do: "finish", rejected: [] });
  expect(await statusOf(id)).toMatch(/^ {2}via +https:\/\/b\.example\.com\/shop\/: 2 confirmed$/m);
  expect(await statusOf(directory)).not.toMatch(/^ {2}via/m);
});

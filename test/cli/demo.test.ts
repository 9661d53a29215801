import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { sampleIntents } from "@purgeline/cli/sample";
import { loadConfig } from "@purgeline/config";
import { effectiveLimits, type Json } from "@purgeline/core";
import { intakeOf, newIntentId, planIntent } from "@purgeline/engine";
import { providers } from "@purgeline/providers";
import { expect, it } from "vitest";

const text = await readFile(fileURLToPath(import.meta.resolve("@purgeline/cli/demo.yaml")), "utf8");
const loaded = loadConfig(text, {}, providers);
if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
const { config } = loaded;
const plans = sampleIntents("19a2b3c4d5e").map(({ name, body }) => {
  const planned = planIntent(
    body as Json,
    { name: "demo", rights: null },
    intakeOf(config.accounts, providers),
    newIntentId,
  );
  return { name, planned };
});

it("the demonstration needs nothing but its file", () => {
  expect(loaded.warnings).toEqual([]);
  expect(config.redis).toBeNull();
});

it.each(plans)("the admission takes: $name", ({ planned }) => {
  expect(planned).toMatchObject({ ok: true });
});

it("every operation at every provider is shown, and ten starts a day fit into the shipped quotas", () => {
  const spent = new Map<string, number>();
  for (const { planned } of plans) {
    if (!planned.ok) continue;
    for (const { account, lanes } of planned.plan.legs) {
      for (const { lane, targets } of lanes) {
        const settings = config.accounts.find((one) => one.settings.name === account);
        const provider = providers.get(settings?.settings.provider ?? "");
        if (settings === undefined || provider === undefined) throw new Error(`no account ${account}`);
        const limits = effectiveLimits(provider.table(settings.settings), settings.overrides);
        const { quota, unitsPerTarget } = limits.lanes[lane] ?? { quota: null, unitsPerTarget: 0 };
        if (quota === null) continue;
        const units = (spent.get(`${account} ${quota}`) ?? 0) + targets.length * unitsPerTarget;
        spent.set(`${account} ${quota}`, units);
        expect(units * 10, `${account} ${quota}`).toBeLessThanOrEqual(limits.quotas[quota] ?? 0);
      }
    }
  }
  expect([...new Set([...spent.keys()].map((key) => key.split(" ")[0]))].sort()).toEqual(
    config.accounts.map(({ settings }) => settings.name).sort(),
  );
});

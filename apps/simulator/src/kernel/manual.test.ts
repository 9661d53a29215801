import { readFileSync } from "node:fs";
import { fastify } from "fastify";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { toyAccount, toyKind } from "../../test/toy-provider.ts";
import { addControlRoutes } from "./control.ts";
import { FAULT_SCHEMA } from "./fault-schema.ts";
import { type Simulators, startSimulatorsOf } from "./start.ts";

const MANUAL = readFileSync(new URL("../../../../docs/simulators.md", import.meta.url), "utf8");
const SCOPE = ["kind", "account", "call", "times", "every"];

let simulators: Simulators;
beforeEach(async () => {
  simulators = await startSimulatorsOf([toyKind], [toyAccount("a")]);
});
afterEach(() => simulators.close());

describe("docs/simulators.md", () => {
  it("lists every request of the control API, and no other", () => {
    const app = fastify({ exposeHeadRoutes: false });
    const routes: string[] = [];
    app.addHook("onRoute", ({ method, url }) => void routes.push(`${method} ${url}`));
    addControlRoutes(app, simulators);
    const told = Array.from(MANUAL.matchAll(/^\| `([A-Z]+ \/_sim\/\w+)/gm), ([, route]) => route);
    expect(told.toSorted()).toEqual(routes.toSorted());
  });

  it("lists every kind of fault with all that it takes, and no other", () => {
    const [, table = ""] = /^\| `kind` \|(.*?)^$/ms.exec(MANUAL) ?? [];
    const told = Array.from(table.matchAll(/^\| `([\w-]+)` \|([^|]*)\|/gm), ([, kind = "", cell = ""]) => [
      kind,
      Array.from(cell.matchAll(/`(\w+)`/g), ([, member]) => member).toSorted(),
    ]);
    const taken = FAULT_SCHEMA.oneOf.map(({ properties }) => [
      properties.kind.const,
      Object.keys(properties)
        .filter((member) => !SCOPE.includes(member))
        .toSorted(),
    ]);
    expect(Object.fromEntries(told)).toEqual(Object.fromEntries(taken));
  });
});

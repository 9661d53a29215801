import { readFileSync } from "node:fs";
import type { AccountSettings } from "@purgeline/core";
import { providers } from "@purgeline/providers";
import { describe, expect, it } from "vitest";
import { generatedPart, isWriting, writePart } from "./generated-part.ts";
import { renderProvider } from "./provider-tables.ts";

const PAGE = "providers.md";

/** A kind of account for each table there is: tables differ by signature at Tencent. */
const PARTS: Readonly<Record<string, Partial<AccountSettings> & { readonly provider: string }>> = {
  "alibaba-cdn": { provider: "alibaba-cdn" },
  "alibaba-vod": { provider: "alibaba-vod", region: "cn-shanghai" },
  "tencent-cdn": { provider: "tencent-cdn" },
  "tencent-cdn-v2": { provider: "tencent-cdn", signature: "v2-sha256" },
  "huawei-vod": { provider: "huawei-vod", region: "cn-north-4", projectId: "project" },
};

function render(part: string): string {
  const { provider: name = "", ...own } = PARTS[part] ?? {};
  const provider = providers.get(name);
  if (provider === undefined) throw new Error(`no provider ${name}`);
  const credentials = {
    kind: "keys",
    accessKeyId: "ak",
    accessKeySecret: "sk",
    securityToken: null,
  } as const;
  const plain = {
    endpoint: null,
    region: null,
    projectId: null,
    own: {},
    callbackKey: null,
    signature: null,
  };
  return renderProvider(provider, { name: "docs", provider: name, credentials, ...plain, ...own });
}

describe("docs/providers.md", () => {
  it.each(Object.keys(PARTS))("shows the tables of %s as they are in the code", (part) => {
    if (isWriting) writePart(PAGE, part, render(part));
    expect(generatedPart(PAGE, part)).toBe(render(part));
  });

  it("has a part for every provider", () => {
    const shown = new Set(Object.values(PARTS).map(({ provider }) => provider));
    expect([...providers.keys()].filter((name) => !shown.has(name))).toEqual([]);
  });

  it("explains every short name of a source", () => {
    const page = readFileSync(new URL(`../../docs/${PAGE}`, import.meta.url), "utf8");
    const used = Object.keys(PARTS).flatMap((part) => render(part).match(SHORT_NAME) ?? []);
    expect(used.length).toBeGreaterThan(10);
    expect([...new Set(used)].filter((name) => !page.includes(`| \`${name}\``))).toEqual([]);
  });
});

/** `SEED4`, `GHVOD`, `H:91164`: capitals and a number, or a page's own. */
const SHORT_NAME = /\b(?:[A-Z]{3,}\d+|GH[A-Z]+|H:[\w.-]+)/g;

import { type JsonObject, showValue } from "@purgeline/core";
import { isObject, type Report, wrongType } from "./json-shape.ts";

/** `options` by part: what is neutral, and each provider's own block. */
export interface OptionBlocks {
  readonly strength: "hard" | "soft" | null;
  readonly area: string | null;
  readonly own: ReadonlyMap<string, JsonObject>;
}

// No provider has parameters deeper than 3 (headers → name → values); deeper ones would only
// overflow the stack of whoever writes them as JSON.
const DEEPEST = 8;
const NONE: OptionBlocks = { strength: null, area: null, own: new Map() };

export function readOptions(given: unknown, providers: readonly string[], report: Report): OptionBlocks {
  if (given === undefined) return NONE;
  if (!isObject(given)) {
    report(wrongType(["options"], given, "expected an object"));
    return NONE;
  }
  if (isDeeperThan(given, DEEPEST)) {
    report({ path: ["options"], code: "too-deep", detail: `nested deeper than ${DEEPEST} levels` });
    return NONE;
  }
  const { strength, area, ...blocks } = given;
  return {
    strength: readStrength(strength, report),
    area: readArea(area, report),
    own: new Map(readBlocks(blocks, providers, report)),
  };
}

function readStrength(value: unknown, report: Report): "hard" | "soft" | null {
  if (value === undefined || value === "hard" || value === "soft") return value ?? null;
  const expected = 'expected "hard" or "soft"';
  if (typeof value !== "string") report(wrongType(["options", "strength"], value, expected));
  else {
    const detail = `${JSON.stringify(showValue(value))} is no strength; ${expected}`;
    report({ path: ["options", "strength"], code: "unknown-value", value: showValue(value), detail });
  }
  return null;
}

function readArea(value: unknown, report: Report): string | null {
  if (value === undefined) return null;
  if (typeof value === "string" && value !== "") return value;
  report(wrongType(["options", "area"], value, "expected the name of an area"));
  return null;
}

function readBlocks(
  blocks: JsonObject,
  providers: readonly string[],
  report: Report,
): readonly (readonly [string, JsonObject])[] {
  return Object.entries(blocks).flatMap(([name, block]) => {
    const path = ["options", showValue(name)];
    if (!providers.includes(name)) {
      const detail = `there is no such option; expected strength, area or a provider: ${providers.join(", ")}`;
      report({ path, code: "unknown-field", detail });
    } else if (!isObject(block)) report(wrongType(path, block, "expected an object"));
    else return [[name, block] as const];
    return [];
  });
}

function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeperThan(inner, levels - 1));
}

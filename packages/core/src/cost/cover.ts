import type { PlannedLane, PlannedTarget } from "../intent.ts";
import type { LaneLimits } from "../limits.ts";
import type { CallOptions } from "../provider.ts";
import type { Cover, CoverRule } from "../provider-table.ts";
import { stableJson } from "../stable-json.ts";
import type { Json, Lane } from "../words.ts";
import { MOST_LEVELS, MOST_PLACE_CHARS } from "./store-figures.ts";

/** What of a lane of the leg goes out soon enough to cover others: texts as they are spelled. */
export interface Wider {
  readonly options: CallOptions;
  readonly texts: ReadonlySet<string>;
}

/** A lane's targets that are not sent themselves, since wider targets of the same leg do as much. */
export function coveredTargets(
  planned: PlannedLane,
  limits: LaneLimits,
  wider: (lane: Lane) => Wider | undefined,
): ReadonlySet<PlannedTarget> {
  const covered = new Set<PlannedTarget>();
  for (const by of limits.coveredBy ?? []) {
    const found = wider(by.lane);
    if (found === undefined || !coversOptions(by.options, found.options, planned.options)) continue;
    const isItself = (place: string, text: string): boolean => by.lane === planned.lane && place === text;
    for (const target of planned.targets) {
      const places = placesOf(by.reach, target.text);
      if (places.some((place) => found.texts.has(place) && !isItself(place, target.text)))
        covered.add(target);
    }
  }
  return covered;
}

function coversOptions(
  rules: Readonly<Record<string, CoverRule>>,
  wide: CallOptions,
  narrow: CallOptions,
): boolean {
  const names = new Set([...Object.keys(wide), ...Object.keys(narrow)]);
  return [...names].every(
    (name) => isEqual(wide[name], narrow[name]) || reaches(rules[name], name, wide, narrow),
  );
}

function isEqual(one: Json | undefined, other: Json | undefined): boolean {
  return one === other || (one !== undefined && other !== undefined && stableJson(one) === stableJson(other));
}

function reaches(rule: CoverRule | undefined, name: string, wide: CallOptions, narrow: CallOptions): boolean {
  if (rule === undefined) return false;
  if (rule.kind === "list") return holdsAll(wide[name], narrow[name]);
  const [mine, its] = [rankOf(rule, name, wide), rankOf(rule, name, narrow)];
  return Number.isFinite(mine) && Number.isFinite(its) && mine >= its;
}

function rankOf(rule: Extract<CoverRule, { kind: "rank" }>, name: string, options: CallOptions): number {
  if (rule.needs !== undefined && options[rule.needs] === undefined) return 0;
  const value = options[name];
  if (value === undefined) return rule.absent;
  return rule.words?.[String(value)] ?? Number(value);
}

/** Comma lists; a missing one is everything. */
function holdsAll(wide: Json | undefined, narrow: Json | undefined): boolean {
  if (wide === undefined) return true;
  if (narrow === undefined) return false;
  const words = new Set(String(wide).split(","));
  return String(narrow)
    .split(",")
    .every((word) => words.has(word));
}

/** Texts that would cover this one: it, or every directory that it lies in. One that could mean another place has none. */
export function placesOf(reach: Cover["reach"], text: string): readonly string[] {
  if (reach === "key") return [text];
  const [path = ""] = text.split("?", 1);
  const end = path.lastIndexOf("/") + 1;
  if (!/^https?:\/\/[a-z0-9.-]*[a-z0-9]:?\d*\//.test(text) || hasDots(path)) return [];
  const last = Math.min(end, MOST_PLACE_CHARS);
  const places: string[] = [];
  let at = path.indexOf("/", "https://".length);
  while (at !== -1 && at < last && places.length < MOST_LEVELS) {
    places.push(path.slice(0, at + 1));
    at = path.indexOf("/", at + 1);
  }
  return places;
}

/** Dot segments lead elsewhere. */
function hasDots(path: string): boolean {
  return path.split("/").some((segment) => /^(?:\.|%2e){1,2}$/i.test(segment));
}

import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  type Range,
  visit,
  type YAMLError,
} from "yaml";
import type { Finding, Path } from "./config-problem.ts";
import { type Environment, expand, guard, unguard } from "./environment.ts";

export interface Place {
  readonly line: number;
  readonly column: number;
}

/** The file as data, and the way back from a path to what is written there. */
export interface ParsedFile {
  /** Plain data, variables put in; meaningless when there are syntax errors. */
  readonly data: unknown;
  /** Syntax errors: they make every other finding doubtful. */
  readonly broken: readonly (Finding & { readonly at: Place | null })[];
  /** Variables that are missing: the rest of the file can still be checked. */
  readonly missing: readonly Finding[];
  /** Where the key or list item of a path stands, or its nearest parent. */
  place(path: Path): Place | null;
  /** The scalar at a path as the file spells it, `${NAME}` unopened, "" when a key has nothing; null: none there. */
  written(path: Path): string | null;
}

/** Reads YAML 1.2 with anchors and merge keys. */
export function parseFile(text: string, env: Environment): ParsedFile {
  const lines = new LineCounter();
  const doc = parseDocument(guard(text), {
    lineCounter: lines,
    // A pretty error quotes the lines around it, and secrets stand in lines.
    prettyErrors: false,
    logLevel: "error",
    merge: true,
    stringKeys: true,
  });
  const at = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  // A warning (a tag that is not known) means a value other than the one written: not good enough here.
  const broken = [...doc.errors, ...doc.warnings].map((error) =>
    syntaxError(sentenceOf(error), at(error.pos[0])),
  );
  const spelled = new Map<Node, string>();
  const missing: Finding[] = [];
  visit(doc, {
    Alias(_, node) {
      if (node.resolve(doc) !== undefined) return;
      const why = "an alias has no anchor before it; a value that starts with * must stand in quotes";
      broken.push(
        syntaxError(why, node.range === null || node.range === undefined ? null : at(node.range[0])),
      );
    },
    Scalar(key, node, parents) {
      if (typeof node.value !== "string") return;
      spelled.set(node, unguard(node.value));
      if (key === "key") {
        node.value = unguard(node.value);
        return;
      }
      const expanded = expand(node.value, env);
      node.value = expanded.ok ? expanded.text : "";
      if (expanded.ok) return;
      const path = pathOf([...parents, node]);
      for (const detail of expanded.why) missing.push({ path, code: "missing-environment", detail });
    },
  });
  return {
    ...toData(doc, broken),
    missing,
    place: (path) => {
      const range = follow(doc, path).range;
      return range === null ? null : at(range[0]);
    },
    written: (path) => {
      const { node, whole } = follow(doc, path);
      if (whole && node === null) return "";
      if (!whole || !isScalar(node)) return null;
      return spelled.get(node) ?? node.source ?? String(node.value);
    },
  };
}

function toData(doc: Document, broken: ParsedFile["broken"]): Pick<ParsedFile, "data" | "broken"> {
  if (broken.length > 0) return { data: undefined, broken };
  try {
    return { data: doc.toJS() as unknown, broken };
  } catch {
    // What is left to fail: a merge key that names no mapping, aliases that multiply without end.
    const why = "an alias or a merge key (<<) does not lead to a mapping";
    return { data: undefined, broken: [syntaxError(why, null)] };
  }
}

/** The codes whose sentences are built around a piece of the file, which may be a secret. */
const SENTENCES: Readonly<Record<string, string>> = {
  TAG_RESOLVE_FAILED: "this tag is not known; a value that starts with ! must stand in quotes",
  BAD_DIRECTIVE: "a line that starts with % is a directive, and this one is not known",
  BAD_DQ_ESCAPE: "in double quotes \\ begins an escape, and this one is not known; single quotes know none",
};

/** What the parser says; where it quotes the file, it does so behind a colon: that is cut off. */
function sentenceOf({ code, message }: YAMLError): string {
  return SENTENCES[code] ?? message.replace(/(?<=\w): .*$/s, "");
}

function syntaxError(said: string, at: Place | null): Finding & { readonly at: Place | null } {
  return { path: [], code: "yaml-syntax", detail: `not valid YAML: ${said}`, at };
}

/** The path of a visited node, from the pairs and lists that lead to it. */
function pathOf(ancestry: readonly (Node | Document | Pair)[]): Path {
  const path: (string | number)[] = [];
  ancestry.forEach((node, index) => {
    const child = ancestry[index + 1];
    if (isSeq(node)) path.push(node.items.indexOf(child));
    if (isMap(node) && child !== undefined && "key" in child && isScalar(child.key)) {
      path.push(String(child.key.value));
    }
  });
  return path;
}

interface Found {
  readonly node: unknown;
  readonly range: Range | null;
  /** Did the path lead all the way? Not through a merge key, nor where nothing is written. */
  readonly whole: boolean;
}

function follow(doc: Document, path: Path): Found {
  let node: unknown = doc.contents;
  let range: Range | null = null;
  for (const key of path) {
    if (isAlias(node)) node = node.resolve(doc);
    const next = step(node, key);
    if (next === null) return { node: null, range, whole: false };
    node = next.node;
    range = next.range ?? range;
  }
  if (isAlias(node)) node = node.resolve(doc);
  return { node, range, whole: true };
}

function step(node: unknown, key: string | number): { node: unknown; range: Range | null } | null {
  if (isSeq<Node>(node) && typeof key === "number") {
    const item = node.items[key];
    return item === undefined ? null : { node: item, range: item.range ?? null };
  }
  if (!isMap(node)) return null;
  const pair = node.items.find((each) => isScalar(each.key) && String(each.key.value) === String(key));
  if (pair === undefined || !isScalar(pair.key)) return null;
  return { node: pair.value, range: pair.key.range ?? null };
}

import { CommandFailed, EXIT } from "../exit.ts";
import type { GivenTarget } from "./targets.ts";

export type TargetKind = "urls" | "directories" | "patterns" | "ignoreParams" | "media";

/** What one `purge` or `prefetch` asks for, without its targets. */
export interface Wish {
  readonly op: "purge" | "prefetch";
  readonly kind: TargetKind;
  readonly accounts: readonly string[];
  readonly isUrgent: boolean;
  readonly isSoft: boolean;
  readonly isPrefetchedThen: boolean;
  readonly area: string | null;
  readonly labels: Readonly<Record<string, string>>;
}

/** One POST: at most what one intent takes. */
export interface Part {
  readonly body: Readonly<Record<string, unknown>>;
  readonly targets: readonly GivenTarget[];
}

/** CONTRACT §4. */
const MOST_TARGETS = 10_000;
/** Half of the default `intake.maxBodyBytes` (16 MiB): room for the rest of the body and for escapes. */
const MOST_BYTES = 8 * 1024 * 1024;

/** Cuts the targets into as few intents as their limits allow, in order; never an empty one. */
export function splitIntents(wish: Wish, targets: readonly GivenTarget[]): readonly Part[] {
  const parts: GivenTarget[][] = [];
  let open: GivenTarget[] = [];
  let bytes = 0;
  for (const target of targets) {
    const size = Buffer.byteLength(target.text) + 3; // quotes and comma
    if (open.length === 0 || open.length === MOST_TARGETS || bytes + size > MOST_BYTES) {
      open = [];
      bytes = 0;
      parts.push(open);
    }
    open.push(target);
    bytes += size;
  }
  return parts.map((part) => ({ body: bodyOf(wish, part), targets: part }));
}

function bodyOf(wish: Wish, targets: readonly GivenTarget[]): Readonly<Record<string, unknown>> {
  const [first, ...others] = wish.accounts;
  const options = {
    ...(wish.isSoft ? { strength: "soft" } : {}),
    ...(wish.area === null ? {} : { area: wish.area }),
  };
  return {
    op: wish.op,
    [wish.kind]: targets.map(({ text }) => text),
    ...(first === undefined ? {} : others.length === 0 ? { account: first } : { accounts: wish.accounts }),
    // biome-ignore lint/suspicious/noThenProperty: the contract's name, of a text
    ...(wish.isPrefetchedThen ? { then: "prefetch" } : {}),
    ...(wish.isUrgent ? { priority: "urgent" } : {}),
    ...(Object.keys(options).length === 0 ? {} : { options }),
    ...(Object.keys(wish.labels).length === 0 ? {} : { labels: wish.labels }),
  };
}

/** `k=v` words to labels; the value may hold more `=`. */
export function readLabels(words: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    words.map((word) => {
      const at = word.indexOf("=");
      if (at < 1) throw new CommandFailed(`--label ${word}: expected KEY=VALUE`, EXIT.usage);
      return [word.slice(0, at), word.slice(at + 1)];
    }),
  );
}

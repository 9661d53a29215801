/** What a producer knows of its intent: instants on this machine's wall clock, epoch ms. */
export interface Asked {
  readonly urls: readonly string[];
  /** Before the first byte of the request left. */
  readonly beganAtMs: number;
  /** After the 202 was read. */
  readonly answeredAtMs: number;
}

/** One submit that the provider took on. */
export interface Sent {
  /** When it arrived. */
  readonly atMs: number;
  /** When its content was fixed. */
  readonly sealedAtMs: number;
  readonly urls: readonly string[];
}

export interface Finding {
  readonly urls: number;
  readonly submits: number;
  readonly sentOnce: number;
  readonly sentAgain: number;
  /** URLs of intents that no submit after the intent's request covers. */
  readonly stale: readonly string[];
  /** Sent again although nobody had asked since the last seal. */
  readonly needless: readonly string[];
  /** Sent and never asked for. */
  readonly unknown: readonly string[];
}

/** Decides from the producers' and the provider's ledgers. All clocks are this machine's. */
export function checkLedgers(asked: readonly Asked[], sent: readonly Sent[]): Finding {
  const askedBy = new Map<string, Asked[]>();
  for (const intent of asked) {
    for (const url of new Set(intent.urls)) askedBy.set(url, [...(askedBy.get(url) ?? []), intent]);
  }
  const sentBy = new Map<string, Sent[]>();
  for (const submit of sent)
    for (const url of submit.urls) sentBy.set(url, [...(sentBy.get(url) ?? []), submit]);
  const stale: string[] = [];
  const needless: string[] = [];
  for (const [url, intents] of askedBy) {
    const sendings = sentBy.get(url) ?? [];
    if (intents.some((intent) => !sendings.some(({ atMs }) => atMs >= intent.beganAtMs))) stale.push(url);
    if (!isEachWanted(sendings, intents)) needless.push(url);
  }
  return {
    urls: askedBy.size,
    submits: sent.length,
    sentOnce: [...sentBy.values()].filter((sendings) => sendings.length === 1).length,
    sentAgain: [...sentBy.values()].filter((sendings) => sendings.length > 1).length,
    stale,
    needless,
    unknown: [...sentBy.keys()].filter((url) => !askedBy.has(url)),
  };
}

/** Each sending after the first has an intent that was staged after the seal before it. */
function isEachWanted(sendings: readonly Sent[], intents: readonly Asked[]): boolean {
  const ordered = [...sendings].sort((a, b) => a.sealedAtMs - b.sealedAtMs);
  return ordered.slice(1).every((sending, i) => {
    const lastSealMs = ordered[i]?.sealedAtMs ?? 0;
    return intents.some(
      (intent) => intent.answeredAtMs >= lastSealMs && intent.beganAtMs <= sending.sealedAtMs,
    );
  });
}

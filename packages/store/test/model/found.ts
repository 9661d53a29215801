import type { ChosenSettings, Step } from "./commands.ts";
import { HOUR_MS } from "./real.ts";

/** A walk on which the scripts and the twin once parted. */
export interface Found {
  readonly name: string;
  readonly chosen: ChosenSettings;
  readonly steps: readonly Step[];
}

const NOW = {
  isFollowed: false,
  options: {},
  urgent: false,
  producer: "shop",
  inMs: null,
  isCut: false,
} as const;

/** Directories of which a URL each lies in two, and a batch of them that is under way. */
const DIRECTORIES_SENT: readonly Step[] = [
  {
    do: "stage",
    lane: "purge-directory",
    texts: ["https://h0.example.com/", "https://h0.example.com/a/", "https://h1.example.com/a/"],
    ...NOW,
  },
  {
    do: "stage",
    lane: "purge-url",
    texts: ["https://h0.example.com/a/1", "https://h1.example.com/a/0"],
    ...NOW,
  },
  { do: "take", lane: "purge-directory" },
];

const SETTINGS: ChosenSettings = {
  batch: 2,
  domains: null,
  perDomainPerMinute: null,
  inFlight: 2,
  resendAfterMs: 0,
  areas: false,
  quota: 6,
  reserve: 2,
  perMinute: null,
  quiet: false,
  maxPendingTargets: 14,
  absorbs: true,
  isDrained: false,
};

export const FOUND: readonly Found[] = [
  {
    name: "a slot that ends, since another one sleeps, sees that the day of directories is over",
    chosen: { ...SETTINGS, isDrained: true },
    steps: [
      ...DIRECTORIES_SENT,
      { do: "tell", class: "url", limit: null, remaining: 0, batch: null },
      { do: "tick", ms: 65_000 },
      { do: "tick", ms: 1 },
    ],
  },
  {
    name: "a slot that ends, since another one sleeps, wakes the lane of the URLs that it lets go",
    chosen: SETTINGS,
    steps: [
      ...DIRECTORIES_SENT,
      { do: "tick", ms: 65_000 },
      { do: "take", lane: "purge-directory" },
      { do: "tick", ms: 65_000 },
      { do: "day", to: HOUR_MS },
      { do: "take", lane: "purge-url" },
      { do: "take", lane: "purge-directory" },
      { do: "take", lane: "purge-url" },
      { do: "take", lane: "purge-directory" },
      { do: "take", lane: "purge-url" },
    ],
  },
];

import { StoreUnavailable } from "@purgeline/core";

/** What a script told of its account's time, and the monotonic ms between which that was. */
interface Reading {
  readonly nowMs: number;
  readonly shiftMs: number;
  readonly sentAt: number;
  readonly heardAt: number;
}

export type Told = Pick<Reading, "nowMs" | "shiftMs">;

/** A time that a caller saw the account's go on from. */
export interface Correction {
  readonly shiftMs: number;
  readonly nowMs: number;
}

/**
 * Redis's clock may be set at any moment, and Redis does not notice. Each process does: it knows by its own monotonic
 * clock how late it can be.
 */
export interface AccountClock {
  /** Runs a step that is told the bounds of the time, again while it finds another time. */
  run<T>(step: (bounds: string) => Promise<T>): Promise<T>;
}

/** Steps of Redis's clock up to this pass: NTP slews what is less than 128 ms (ntpd's default) and steps the rest. */
const SLACK_MS = 200;
/** And for each ms since the last reading this much: a slewed clock is no fault (ntpd slews by 0.05 %). */
const SLACK_PER_MS = 0.01;
const FRESH_MS = 1000;
/** Redis may be slower from try to try; then the step is not bounded any more. */
const MOST_TRIES = 5;

/** `tell` reads the time, `correct` sets it right where nobody else has since. Both as steps of the account. */
export function accountClock(
  tell: (bounds: string, correction: Correction | null) => Promise<Told>,
  monotonic: () => number = () => performance.now(),
): AccountClock {
  let last: Reading | null = null;
  let first: Promise<Reading> | null = null;
  let isRefreshing = false;

  async function readWith(bounds: string, correction: Correction | null): Promise<Reading> {
    const sentAt = monotonic();
    const told = await tell(bounds, correction);
    return keep({ ...told, sentAt, heardAt: monotonic() });
  }

  /** The one that was sent last: answers may overtake each other. */
  function keep(reading: Reading): Reading {
    if (last === null || reading.sentAt >= last.sentAt) last = reading;
    return last;
  }

  async function known(): Promise<Reading> {
    if (last !== null) return last;
    first ??= beforeStep(readWith("", null)).finally(() => {
      first = null;
    });
    return await first;
  }

  async function judged<T>(step: (bounds: string) => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries += 1) {
      const sentAt = monotonic();
      try {
        return await step(tries > MOST_TRIES ? "" : boundsAt(await known(), sentAt));
      } catch (error) {
        const told = doubtOf(error);
        if (told === null) throw error;
        await judge(told, sentAt, monotonic());
      }
    }
  }

  /** A step found the time out of its bounds: was it late, has another process seen to the clock, or is it to be done? */
  async function judge(told: Told, sentAt: number, heardAt: number): Promise<void> {
    const reading = await known();
    if (told.shiftMs === reading.shiftMs && wasSet(told.nowMs, reading, sentAt, heardAt)) {
      const nowMs = Math.round(leastAt(reading, monotonic()));
      await beforeStep(readWith("", { shiftMs: told.shiftMs, nowMs }));
    } else {
      keep({ ...told, sentAt, heardAt });
    }
  }

  function isFresh({ heardAt }: Reading): boolean {
    return monotonic() - heardAt < FRESH_MS;
  }

  function refresh(): void {
    if (last === null || isRefreshing || isFresh(last)) return;
    isRefreshing = true;
    judged((bounds) => readWith(bounds, null))
      // Whoever has work to do meets the same fault.
      .catch(() => undefined)
      .finally(() => {
        isRefreshing = false;
      });
  }

  return {
    run(step) {
      refresh();
      return judged(step);
    },
  };
}

/** The account's time at a later moment is not less than this, whatever took how long. */
function leastAt({ nowMs, heardAt }: Reading, at: number): number {
  return nowMs + at - heardAt;
}

function slackAt({ heardAt }: Reading, at: number): number {
  return SLACK_MS + SLACK_PER_MS * Math.max(0, at - heardAt);
}

/** Bounds of the time for a step that is sent at a moment; it may be late, and then is asked to come again. */
function boundsAt(reading: Reading, at: number): string {
  const slackMs = slackAt(reading, at);
  const most = reading.nowMs + at - reading.sentAt + slackMs;
  return ` ${Math.floor(leastAt(reading, at) - slackMs)} ${Math.ceil(most)}`;
}

/** No delay explains what a step found that was sent at one moment and heard of at another. */
function wasSet(nowMs: number, reading: Reading, sentAt: number, heardAt: number): boolean {
  const slackMs = slackAt(reading, heardAt);
  return (
    nowMs < leastAt(reading, sentAt) - slackMs || nowMs > reading.nowMs + heardAt - reading.sentAt + slackMs
  );
}

/** What fails here has left the step itself untried, or without effect. */
async function beforeStep(reading: Promise<Reading>): Promise<Reading> {
  try {
    return await reading;
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
    throw new StoreUnavailable(error.message, { maybeApplied: false, cause: error });
  }
}

function doubtOf(error: unknown): Told | null {
  const [, now, shift] =
    (error instanceof Error && /^CLOCK (-?\d+) (-?\d+)/.exec(error.message)) || ([] as const);
  return now === undefined ? null : { nowMs: Number(now), shiftMs: Number(shift) };
}

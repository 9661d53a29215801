const DAY_MS = 86_400_000;
// No zone's day is longer than 26 hours (a clock put back by at most two).
const LONGEST_DAY_MS = 26 * 3_600_000;

/**
 * Instants (epoch ms) at which the provider's day begins, in order: from `before` days
 * before `aroundMs` to `after` days after it. A day begins at the first instant of its
 * date in the zone, which is not midnight where clocks change at midnight.
 */
export function dayStarts(
  timeZone: string,
  aroundMs: number,
  before: number,
  after: number,
): readonly number[] {
  const dateOf = dateFormatter(timeZone);
  const starts: number[] = [];
  let start = nextDayStart(dateOf, aroundMs - (before + 1) * DAY_MS);
  while (start <= aroundMs + after * DAY_MS) {
    starts.push(start);
    start = nextDayStart(dateOf, start);
  }
  return starts;
}

function dateFormatter(timeZone: string): (ms: number) => string {
  const format = new Intl.DateTimeFormat("en-CA", {
    timeZone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
  });
  return (ms) => format.format(ms);
}

/** Bisects to the millisecond: 27 steps. */
function nextDayStart(dateOf: (ms: number) => string, fromMs: number): number {
  const today = dateOf(fromMs);
  let low = fromMs;
  let high = fromMs + LONGEST_DAY_MS;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (dateOf(middle) === today) low = middle;
    else high = middle;
  }
  return high;
}

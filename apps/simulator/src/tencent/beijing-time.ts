/** `YYYY-MM-DD HH:mm:ss`, eight hours ahead of UTC the whole year. */
export function toBeijing(ms: number): string {
  return new Date(ms + 28_800_000).toISOString().slice(0, 19).replace("T", " ");
}

/** NaN: not such a text. */
export function fromBeijing(text: string): number {
  return /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(text)
    ? Date.parse(`${text.replace(" ", "T")}+08:00`)
    : Number.NaN;
}

const EAST_OF_UTC_MS = 8 * 3_600_000;

/**
 * `YYYY-MM-DD HH:mm:ss` as v2 takes and writes it. Its zone is unpublished; Beijing's is what the
 * service's console shows. Were it another one, records would look hours old and be passed over:
 * a target would end unconfirmed, never falsely confirmed.
 */
export function beijingTime(ms: number): string {
  return new Date(ms + EAST_OF_UTC_MS).toISOString().slice(0, 19).replace("T", " ");
}

/** `YYYYMMDD`, as the overseas log takes its day (document/api/228/7347). */
export function beijingDay(ms: number): string {
  return beijingTime(ms).slice(0, 10).replaceAll("-", "");
}

/** Epoch ms of such a text; null: it is not one. */
export function parseBeijingTime(text: string): number | null {
  if (!/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(text)) return null;
  const ms = Date.parse(`${text.replace(" ", "T")}Z`);
  return Number.isNaN(ms) ? null : ms - EAST_OF_UTC_MS;
}

/** Where it is noon now: for tests that spend a day's quota, and in which no midnight may fall. Etc counts west. */
export function zoneAtNoon(): string {
  const west = new Date().getUTCHours() - 12;
  return `Etc/GMT${west < 0 ? "" : "+"}${west}`;
}

/** `bat_<account>_<number>`: numbers count within an account, for ever. */
export function batchId(account: string, number: number): string {
  return `bat_${account}_${number}`;
}

export function batchNumber(id: string): number {
  const number = Number(id.slice(id.lastIndexOf("_") + 1));
  if (!Number.isSafeInteger(number)) throw new Error(`store: ${JSON.stringify(id)} is not a batch id`);
  return number;
}

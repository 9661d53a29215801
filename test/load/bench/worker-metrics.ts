import type { Program } from "../program.ts";

/** Where a worker serves its metrics, by its log. */
export function metricsAddressOf({ log }: Program): string {
  const address = log.find(({ event }) => event === "process.ready")?.address;
  if (typeof address !== "string") throw new Error("the worker's log names no address");
  return address;
}

/** The sum of a counter over these workers, of the series that have these labels. */
export async function counterSum(
  addresses: readonly string[],
  name: string,
  labels: string,
): Promise<number> {
  const texts = await Promise.all(addresses.map(async (each) => (await fetch(`${each}/metrics`)).text()));
  return texts
    .flatMap((text) => text.split("\n"))
    .filter((line) => line.startsWith(`${name}{`) && line.includes(labels))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" ") + 1)), 0);
}

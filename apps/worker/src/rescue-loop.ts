import { type Readmit, rescue, type WorkPorts } from "@purgeline/engine";

/** How soon a crash's leftovers are found; a sweep of an account without any is one round trip. */
const EVERY_MS = 1000;

/** Sweeps every account again and again, until the process stops. Failures are met with another turn. */
export async function rescueLoop(
  accounts: readonly string[],
  readmit: Readmit,
  ports: WorkPorts,
  onTurn: () => void,
  onFault: (account: string, error: unknown) => void,
): Promise<void> {
  while (!ports.stopping.aborted) {
    for (const account of accounts) {
      if (ports.stopping.aborted) return;
      try {
        await rescue(account, readmit, ports);
      } catch (error) {
        onFault(account, error);
      }
    }
    onTurn();
    await ports.clock.sleep(EVERY_MS, ports.stopping);
  }
}

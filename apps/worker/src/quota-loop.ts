import { followQuota, type WorkAccount, type WorkPorts } from "@purgeline/engine";

const RETRY_MS = 1000;

/** Keeps one account's ledger to the provider's own figures until the process stops: asks at its start, then whenever it is time. */
export async function quotaLoop(
  account: WorkAccount,
  ports: WorkPorts,
  onTurn: () => void,
  onFault: (error: unknown) => void,
): Promise<void> {
  // A call that waits for its permit turns, too.
  const turned = (): void => {
    ports.events.turned();
    onTurn();
  };
  const watched = { ...ports, events: { ...ports.events, turned } };
  let isStart = true;
  while (!ports.stopping.aborted) {
    let pauseMs = RETRY_MS;
    try {
      pauseMs = await followQuota(account, isStart, watched);
      isStart = false;
    } catch (error) {
      onFault(error);
    }
    onTurn();
    await ports.clock.sleep(pauseMs, ports.stopping);
  }
}

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
  await untilStopped((isStart) => followQuota(account, isStart, watched), ports, onTurn, onFault);
}

/** Turns again and again, after the pause that each turn asks for; a turn that fails is repeated as it was. */
export async function untilStopped(
  turn: (isStart: boolean) => Promise<number>,
  { clock, stopping }: Pick<WorkPorts, "clock" | "stopping">,
  onTurn: () => void,
  onFault: (error: unknown) => void,
): Promise<void> {
  let isStart = true;
  while (!stopping.aborted) {
    let pauseMs = RETRY_MS;
    try {
      pauseMs = await turn(isStart);
      isStart = false;
    } catch (error) {
      onFault(error);
    }
    onTurn();
    await clock.sleep(pauseMs, stopping);
  }
}

import { dayStarts, type Limits } from "@purgeline/core";
import { CALL, limitsWith, type View } from "./bundle.ts";
import type { SlotBox } from "./slot-box.ts";
import { finish } from "./steps.ts";

export const HOUR = 3_600_000;
const [, today = 0, tomorrow = 0] = dayStarts("Asia/Shanghai", Date.now(), 1, 2);
/** An hour after a reset. */
export const nowMs: number = today + HOUR;
/** When what waits for the next day may go. */
export const nextDayMs: number = tomorrow + CALL.timeoutMs + 1_000;

export function withShare(limits: Limits, shares: Limits["shares"]): Limits {
  return { ...limits, ...(shares === undefined ? {} : { shares }) };
}

export function urlShares(shares: Readonly<Record<string, number>>): Limits {
  return withShare(limitsWith({ batch: 10 }), { url: shares });
}

/** Sends what may be sent now; how many targets of each host. */
export async function sendAll(box: SlotBox, view: View): Promise<Readonly<Record<string, number>>> {
  const sent: Record<string, number> = {};
  for (let taken = await box.take(view); taken.kind === "batch"; taken = await box.take(view)) {
    for (const item of taken.sealed.batch.items) {
      const host = new URL(item).hostname;
      sent[host] = (sent[host] ?? 0) + 1;
    }
    await box.answer(finish(view, taken.sealed));
  }
  return sent;
}

/** What has been spent of each share. */
export async function sharesOf(view: View): Promise<Readonly<Record<string, number>>> {
  const [account] = await view.intake.accounts();
  const shares = account?.quotas.find((each) => each.class === "url")?.shares ?? [];
  return Object.fromEntries(shares.map(({ producer, used }) => [producer, used]));
}

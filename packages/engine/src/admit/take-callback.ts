import type { Callback } from "@purgeline/core";
import type { IntakeAccount } from "./intake-accounts.ts";
import { type ReopenPorts, wake } from "./reopen.ts";

export type TakenCallback =
  /** The provider makes no callbacks, or the account has no key to know them by. */
  | { readonly kind: "none" }
  | { readonly kind: "forged" | "unreadable"; readonly detail: string }
  /** `tasks`: how many are asked for sooner now. */
  | { readonly kind: "taken"; readonly tasks: number };

/** A provider's call to us: never an end, at most a reason to ask about its tasks now. */
export async function takeCallback(
  { name, provider, account }: IntakeAccount,
  callback: Callback,
  ports: ReopenPorts,
): Promise<TakenCallback> {
  const { settings } = account;
  if (provider.hint === undefined || settings.callbackKey === null) return { kind: "none" };
  const verdict = provider.hint.decode(callback, settings);
  if (!verdict.ok) return { kind: verdict.why, detail: verdict.detail };
  const { tasks, slots } = await ports.store.hint(name, verdict.taskIds);
  await wake(slots, name, ports);
  return { kind: "taken", tasks };
}

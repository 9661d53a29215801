import type { PlayedAccount, Visit } from "../kernel/index.ts";
import type { Kind, TaskIds } from "./task-ids.ts";

/** Makes the tasks of these items and says the id of each, in order. */
export function addTasks(
  visit: Visit,
  account: PlayedAccount,
  kind: Kind,
  items: readonly string[],
  taskIds: TaskIds,
): readonly string[] {
  const ids = taskIds.assign(account.settings.name, kind, items, visit.nowMs);
  for (const [id, own] of Map.groupBy(items.entries(), ([index]) => ids[index] ?? "")) {
    account.tasks.add(
      id,
      visit.call ?? "",
      own.map(([, item]) => item),
      { kind },
    );
  }
  return ids;
}

import type { AccountSettings, BodyWeight } from "@purgeline/core";
import { canonicalQuery } from "./percent.ts";

/** Room for the names Action, Timestamp, Signature … with their values: 330 bytes in the vectors. */
const RPC_COMMON_BYTES = 512;

/** Weight of a form whose items are joined by one character that is encoded as three: `%0A` or `%2C`. */
export function formWeight(settings: AccountSettings, ownParamsBytes: number): BodyWeight {
  return { encoding: "form", fixed: ownParamsBytes + commonBytes(settings), perItem: 3 };
}

function commonBytes(settings: AccountSettings): number {
  const { credentials, signature } = settings;
  if (signature !== "rpc" || credentials.kind !== "keys") return 0;
  const { accessKeyId, securityToken } = credentials;
  return RPC_COMMON_BYTES + canonicalQuery({ accessKeyId, SecurityToken: securityToken ?? "" }).length;
}

export { type Connection, connect, type Purpose, type RedisTarget } from "./connect.ts";
export type { StoreAccount, StoreOptions } from "./context.ts";
export { type Joining, joinStore, type Membership } from "./join.ts";
export { type LinkEvents, openLink, whenReady } from "./link.ts";
export { lookForOrphans } from "./look-for-orphans.ts";
export { openIntakeStore, openWorkStore } from "./open-store.ts";
export { NewerData } from "./schema.ts";
export { unsafeSettings } from "./server-settings.ts";

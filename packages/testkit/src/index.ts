export * from "./account-settings.ts";
export * from "./redis-server.ts";
export * from "./run-scripts.ts";
export * from "./stopped-clock.ts";

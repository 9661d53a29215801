export { type HealthOptions, healthServer } from "./health-server.ts";
export { bearerAllows, type KnownToken, pairAllows } from "./token-check.ts";

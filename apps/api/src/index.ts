export type { ApiDeps } from "./api-deps.ts";
export { createApi } from "./create-api.ts";
export { type IntakeOptions, type OpenIntake, openIntake } from "./open-intake.ts";
export { orphansIn } from "./orphans-in.ts";
export { type ApiContext, runApi } from "./run-api.ts";

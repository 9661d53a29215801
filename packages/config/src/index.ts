export { isLoopbackHost } from "./address.ts";
export {
  type BoardConfig,
  type Config,
  DEFAULT_REDIS_PREFIX,
  type Listen,
  type LogLevel,
  type RedisConfig,
  type RedisNode,
  type RedisTls,
  type Token,
} from "./config.ts";
export type { ConfigProblem } from "./config-problem.ts";
export { describeConfig, renderConfig } from "./describe-config.ts";
export type { Environment } from "./environment.ts";
export { type LoadedConfig, loadConfig } from "./load-config.ts";
export { renderProblems } from "./render.ts";

import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { toolEnvironment } from "./infra/setup/set-up.mjs";
import { chromium, promtool, redisServer } from "./infra/setup/tools.mjs";

/** Catches what hangs. No test is judged by its speed: a machine may be slow, busy and stopped for seconds. */
const deadlines = {
  testTimeout: 180_000,
  hookTimeout: 180_000,
  teardownTimeout: 60_000,
  expect: { poll: { timeout: 90_000 } },
};

// Here and not only in npm test, so that a single test file finds them too.
const env = toolEnvironment([redisServer, promtool, chromium]);

export default defineConfig({
  test: {
    // Half of what a test takes is waiting: for leases, paces, processes.
    maxWorkers: availableParallelism() + 1,
    projects: [
      {
        test: {
          name: "unit",
          include: ["{packages,apps}/*/{src,test}/**/*.test.ts", "infra/setup/*.test.mjs"],
          env,
          ...deadlines,
        },
      },
      {
        // Real processes, a real Redis, a browser: slower to start, and they share the machine's cores.
        test: {
          name: "system",
          include: ["test/**/*.test.ts"],
          env,
          ...deadlines,
        },
      },
    ],
  },
});

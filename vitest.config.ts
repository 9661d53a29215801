import { defineConfig } from "vitest/config";
import { toolEnvironment } from "./infra/setup/set-up.mjs";
import { chromium, promtool, redisServer } from "./infra/setup/tools.mjs";

// Here and not only in npm test, so that a single test file finds them too.
const env = toolEnvironment([redisServer, promtool, chromium]);

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: ["{packages,apps}/*/{src,test}/**/*.test.ts", "infra/setup/*.test.mjs"],
          env,
        },
      },
      {
        // Real processes, a real Redis, a browser: slower to start, and they share the machine's cores.
        test: {
          name: "system",
          include: ["test/**/*.test.ts"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          env,
        },
      },
    ],
  },
});

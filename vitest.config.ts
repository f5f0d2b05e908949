import { defineConfig } from "vitest/config";

// Output is compared as text, also where the environment asks for colours.
delete process.env.FORCE_COLOR;

export default defineConfig({
  // The workspace packages as their sources, not as `npm pack` builds them.
  ssr: { resolve: { conditions: ["source", "node"] } },
  test: {
    include: ["test/**/*.test.ts", "packages/*/test/**/*.test.ts"],
    // Tests run whole automations on a local AWS. The limits catch what hangs; nothing is timed by them.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Every test file starts an AWS of its own: more of them than cores only wait for each other.
    maxWorkers: 2,
    // Node 20 is supported here; the SDK would say on every start that it wants 22.
    env: {
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
      NO_COLOR: "1",
    },
  },
});

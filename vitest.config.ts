import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

// Output is compared as text, also where the environment asks for colours.
delete process.env.FORCE_COLOR;

/** Tests that run the whole runbook, each in an AWS account of its own. */
const whole = [
  "test/acceptance/run.test.ts",
  "test/account/**/*.test.ts",
  "test/e2e/**/*.test.ts",
  "test/safety/**/*.test.ts",
];

/** In which order files are run: what takes longest first, so that nothing long is left for the end. */
const order = [
  /\/test\/safety\//,
  /\/test\/(?:acceptance\/run|account|e2e)\b/,
  /\/test\/(?:deploy|operate|protect|scripts)\//,
];

/** Those of one project one after the other, as Vitest ends a process when the next file is of the other one. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const place = order.findIndex((folders) => folders.test(moduleId));
      return place < 0 ? order.length : place;
    };
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}

export default defineConfig({
  // The workspace packages as their sources, not as `npm pack` builds them.
  ssr: { resolve: { conditions: ["source", "node"] } },
  test: {
    // Tests run whole automations on a local AWS. The limits catch what hangs; nothing is timed by them.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // More than the cores that there usually are: what one waits for, another computes.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    // The files that one process runs share what they import, an AWS (test/account/emulator.ts) and the compiled
    // document. So a file leaves its process as it was.
    isolate: false,
    projects: [
      {
        extends: true,
        test: {
          name: "whole",
          include: whole,
          sequence: { concurrent: true },
          maxConcurrency: 3,
        },
      },
      {
        extends: true,
        test: {
          name: "parts",
          include: ["test/**/*.test.ts", "packages/*/test/**/*.test.ts"],
          exclude: whole,
        },
      },
    ],
    // Node 20 is supported here; the SDK would say on every start that it wants 22.
    env: {
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
      NO_COLOR: "1",
      // CDK's own check of each template takes two seconds of computing; test/deploy/lint.test.ts has it, and the
      // first deployment of test/deploy/deploy.test.ts.
      CDK_VALIDATION: "false",
    },
  },
});

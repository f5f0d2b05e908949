import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

// Output is compared as text, also where the environment asks for colours.
delete process.env.FORCE_COLOR;

/** Tests that run the whole runbook, each in an AWS account of its own. */
const whole = ["test/account/**/*.test.ts", "test/e2e/**/*.test.ts", "test/safety/**/*.test.ts"];

/** Tests of commands and deployments, each file in an AWS of its own, one after the other. */
const commands = [
  // All but lint.test.ts, which sets a variable of the process.
  "test/deploy/!(lint).test.ts",
  "test/operate/{execute,fleet}.test.ts",
  "test/operate/report/report.test.ts",
  "test/protect/**/*.test.ts",
  "test/respond/**/*.test.ts",
  "test/release/**/*.test.ts",
  "test/docs.test.ts",
];

const order = ["whole", "commands", "parts"];

/**
 * What takes longest first, so that nothing long is left for the end; the files that share an emulator one after the
 * other, as Vitest ends a process when the next file is of the other project.
 */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId, project }: TestSpecification): number =>
      moduleId.includes("/test/safety/") ? 0 : 1 + order.indexOf(project.name);
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
    projects: [
      {
        extends: true,
        test: {
          name: "whole",
          include: whole,
          // The files that one process runs share an AWS (test/account/emulator.ts) and the compiled document.
          isolate: false,
          sequence: { concurrent: true },
          maxConcurrency: 3,
        },
      },
      {
        extends: true,
        test: {
          name: "commands",
          include: commands,
          isolate: false,
        },
      },
      {
        extends: true,
        test: {
          name: "parts",
          include: ["test/**/*.test.ts", "packages/*/test/**/*.test.ts"],
          exclude: [...whole, ...commands],
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

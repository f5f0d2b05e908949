/** Forms of documents that AWS's pages leave open: each runs a small document, and reads what it came to. */
import { StartAutomationExecutionCommand } from "@aws-sdk/client-ssm";
import { DOCUMENT_LIMIT } from "../../build/emit.ts";
import { about, compared, type Observation, type Probe } from "../probe.ts";
import { bucket } from "../resources/bucket.ts";
import {
  type Ended,
  output,
  publish,
  runProbe,
  startProbe,
  stepOf,
  textOf,
} from "../resources/executions.ts";
import type { Run } from "../run.ts";

/** A probe that runs a document, which several may share, and reads it. */
const reading = (
  id: Parameters<typeof about>[0],
  name: string,
  costs: Probe["costs"],
  read: (end: Ended) => Observation,
): Probe => ({
  ...about(id),
  needs: [],
  costs,
  run: async (run) => read(await run.once(`run of ${name}`, () => runProbe(run, name))),
});

/** The values of a document's variable when it has ended. */
const variable = ({ execution }: Ended, name: string): readonly string[] =>
  execution.Variables?.[name] ?? [];

const because = ({ failure }: Ended): string => failure.split("\n")[0]?.slice(0, 120) ?? "";

const loop = { steps: 9, scriptSeconds: 2 };

export const loopOutput = reading("loop-output", "loopOutput", loop, (end) => {
  const seen = variable(end, "Seen").filter((word) => word !== "went on after isEnd");
  return compared(
    seen.join() === "first,last,after: last",
    `${end.status}; seen: ${seen.join(", ") || "nothing"}`,
    { status: end.status, seen, failure: because(end) },
  );
});

export const loopIsEnd = reading(
  "loop-is-end",
  "loopOutput",
  { steps: 0, scriptSeconds: 0 },
  (end) => {
    const seen = variable(end, "Seen");
    const [wentOn, iterations, after] = [
      seen.includes("went on after isEnd"),
      seen.filter((word) => /^(first|last)$/.test(word)).length,
      seen.some((word) => word.startsWith("after")),
    ];
    const saw = wentOn
      ? "nothing: the iteration went on"
      : iterations === 2 && after
        ? "the end of the iteration"
        : `the end of ${after ? "the loop" : "the execution"}`;
    return compared(saw === "the end of the iteration", saw, { status: end.status, seen });
  },
);

export const loopFailure = reading(
  "loop-failure",
  "loopFailure",
  { steps: 5, scriptSeconds: 3 },
  (end) => {
    const each = stepOf(end, "each")?.StepStatus ?? "none";
    const ran = end.steps.filter(({ StepName }) => StepName === "divide").length;
    const after = stepOf(end, "after")?.StepStatus ?? "not begun";
    return compared(
      each === "Failed" && ran === 2 && after === "Success",
      `the loop ${each} after ${ran} of 3 iterations; the step after it ${after}`,
      { each, ran, after, status: end.status },
    );
  },
);

const values = { steps: 4, scriptSeconds: 3 };
/** One run of a document answers several questions; the first of them counts it. */
const counted = { steps: 0, scriptSeconds: 0 };

/** What a reference becomes in the output of a step, where the step does not fail for it. */
const becoming = (
  id: Parameters<typeof about>[0],
  costs: Probe["costs"],
  step: string,
  expected: string,
): Probe =>
  reading(id, "values", costs, (end) => {
    const [seen, status] = [output(end, `${step}.Value`), stepOf(end, step)?.StepStatus];
    return compared(
      seen === expected,
      status === "Success"
        ? `it becomes ${JSON.stringify(seen)}`
        : `the step that has it: ${status ?? "not begun"}`,
      { seen, step: status, failure: because(end) },
    );
  });

export const outputNotFound = becoming("output-not-found", values, "missing", "{{ give.Nothing }}");
export const valuePath = becoming("value-path", counted, "path", "inside");

export const variableDefault = reading("variable-default", "values", counted, (end) => {
  const seen = variable(end, "Empty");
  return compared(seen.join() === "filled", `yes; in the end it is ${JSON.stringify(seen)}`, {
    seen,
    failure: because(end),
  });
});

/** What a start is answered: the error's name, or `started`. */
const answered = (start: Promise<unknown>): Promise<{ answer: string; message: string }> =>
  start.then(
    () => ({ answer: "started", message: "" }),
    (error: Error) => ({ answer: error.name, message: error.message.slice(0, 300) }),
  );

export const patternWhole: Probe = {
  ...about("pattern-whole"),
  needs: [],
  costs: { steps: 1, scriptSeconds: 0 },
  run: async (run) => {
    const DocumentName = await publish(run, "pattern", () => textOf("pattern"));
    const begin = (Word: string) =>
      answered(
        run.registry.numbered("execution", async () => {
          const started = await run.clients.ssm.send(
            new StartAutomationExecutionCommand({ DocumentName, Parameters: { Word: [Word] } }),
          );
          return started.AutomationExecutionId;
        }),
      );
    const [whole, part] = [await begin("abc"), await begin("xabcx")];
    return compared(
      whole.answer === "started" && part.answer !== "started",
      `abc for the pattern abc: ${whole.answer}; xabcx: ${part.answer}`,
      { whole, part },
    );
  },
};

const unfitDefault = (): string => `description: A default that does not match its pattern.
schemaVersion: "0.3"
parameters:
  Word: {type: String, default: "", allowedPattern: "^[a-z]+$"}
mainSteps:
  - name: pass
    action: aws:sleep
    inputs: {Duration: PT1S}
`;

export const defaultPattern: Probe = {
  ...about("default-pattern"),
  needs: [],
  costs: { steps: 1, scriptSeconds: 0 },
  run: async (run) => {
    const { answer, message } = await answered(startProbe(run, "unfit", {}, unfitDefault));
    return compared(answer !== "started", `an empty default for letters: ${answer}`, {
      answer,
      message,
    });
  },
};

export const abortNotCritical = reading(
  "abort-not-critical",
  "stops",
  { steps: 1, scriptSeconds: 1 },
  ({ status }) => compared(status === "Failed", status, { status }),
);

export const circles: Probe = {
  ...about("circles"),
  needs: [],
  costs: { steps: 4, scriptSeconds: 0 },
  run: async (run) => {
    const { answer, message } = await answered(startProbe(run, "circle"));
    return compared(answer === "started", `a way back with a way out: ${answer}`, {
      answer,
      message,
    });
  },
};

const payloads = { steps: 3, scriptSeconds: 2 };

export const payloadSize = reading("payload-size", "payload", payloads, (end) => {
  const status = stepOf(end, "large")?.StepStatus ?? "not begun";
  return compared(status === "Failed", `with 120 KB: ${status}`, {
    step: status,
    failure: stepOf(end, "large")?.FailureMessage?.slice(0, 300) ?? "",
  });
});

export const payloadInnerLists = reading("payload-inner-lists", "payload", counted, (end) => {
  const items = end.outputs["lists.Items"] ?? [];
  return compared(items.length === 100, `of 120 items ${items.length} came`, {
    items: items.length,
    failure: because(end),
  });
});

/** A document of almost the most bytes that AWS takes. */
function largeDocument(): string {
  const text = `description: Almost as large as a document may be.
schemaVersion: "0.3"
parameters:
  Texts: {type: StringList}
mainSteps:
  - name: pass
    action: aws:sleep
    inputs: {Duration: PT1S}
`;
  const line = `# ${"x".repeat(97)}\n`;
  return text + line.repeat(Math.floor((DOCUMENT_LIMIT - 100 - text.length) / line.length));
}

export const parametersInSize: Probe = {
  ...about("parameters-in-size"),
  needs: [],
  costs: { steps: 1, scriptSeconds: 0 },
  run: async (run) => {
    const content = largeDocument();
    const Texts = Array.from({ length: 40 }, () => "y".repeat(500));
    const bytes = Buffer.byteLength(content) + Buffer.byteLength(Texts.join(""));
    // Whether it can be made at all is another question.
    await publish(run, "large", () => content);
    const { answer, message } = await answered(startProbe(run, "large", { Texts }, () => content));
    return compared(answer === "started", `with ${bytes} bytes together: ${answer}`, {
      bytes,
      answer,
      message,
    });
  },
};

export const branchKinds: Probe = {
  ...about("branch-kinds"),
  needs: [],
  costs: { steps: 12, scriptSeconds: 1 },
  run: async (run) => {
    const end = await runProbe(run, "branches", { DryRun: "false", Text: "Release" });
    const taken = variable(end, "Taken");
    return compared(
      end.status === "Success" && taken.length === BRANCHES,
      `${taken.length} of ${BRANCHES} went as they should${end.status === "Success" ? "" : `, then ${end.status}`}`,
      { status: end.status, taken, failure: because(end) },
    );
  },
};

/** The branches in the document. */
const BRANCHES = 5;

/** A document that starts another. */
const family = (run: Run) =>
  run.once("family", async () => {
    const Child = await publish(run, "child", () => textOf("child"));
    return runProbe(run, "parent", { Child, Bucket: await bucket(run), Seconds: "1" });
  });

export const childOutput: Probe = {
  ...about("child-output"),
  needs: ["bucket", "probe role"],
  costs: { steps: 3, scriptSeconds: 1 },
  run: async (run) => {
    const end = await family(run);
    const seen = end.outputs["child.Output"] ?? [];
    return compared(
      [...seen].sort().join() === "one,three,two",
      `${end.status}; ${JSON.stringify(seen)}`,
      { status: end.status, seen, failure: because(end) },
    );
  },
};

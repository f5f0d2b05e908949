import { readFileSync } from "node:fs";
import {
  type AutomationExecution,
  CreateDocumentCommand,
  GetAutomationExecutionCommand,
  StartAutomationExecutionCommand,
  type StepExecution,
} from "@aws-sdk/client-ssm";
import { loadDocument } from "../../common/document.ts";
import { allSteps, isFinal } from "../../operate/follow.ts";
import { nameOf, type Run, tagsOf } from "../run.ts";
import { probeRole, runbookRole } from "./roles.ts";

/** An execution that has ended. */
export interface Ended {
  readonly id: string;
  readonly status: string;
  readonly failure: string;
  readonly outputs: Readonly<Record<string, readonly string[]>>;
  /** Those that ran, in their order. */
  readonly steps: readonly StepExecution[];
  readonly execution: AutomationExecution;
}

export type Parameters = Readonly<Record<string, string | readonly string[]>>;

/** Most looks at an execution: half an hour at the usual two seconds. */
const LOOKS = 900;

/** Publishes a document under a name of the run's own; that name. */
export const publish = (run: Run, name: string, content: () => string): Promise<string> =>
  run.once(`document ${name}`, () =>
    run.registry.named("document", nameOf(run.id, name), async (Name) => {
      await run.clients.ssm.send(
        new CreateDocumentCommand({
          Name,
          Content: content(),
          DocumentFormat: "YAML",
          DocumentType: "Automation",
          Tags: tagsOf(run),
        }),
      );
      return Name;
    }),
  );

/** The text of a probe's document. */
export const textOf = (name: string): string =>
  readFileSync(new URL(`../probes/documents/${name}.yaml`, import.meta.url), "utf8");

/** Starts a probe's own document, with the probes' role where it has one; the execution's id. */
export async function startProbe(
  run: Run,
  name: string,
  parameters: Parameters = {},
  content: () => string = () => textOf(name),
): Promise<string> {
  const document = await publish(run, name, content);
  const acts = content().includes("{{ Role }}");
  return start(run, document, { ...parameters, ...(acts ? { Role: await probeRole(run) } : {}) });
}

/** Starts the runbook; the execution's id. */
export async function startRunbook(run: Run, parameters: Parameters): Promise<string> {
  const document = await publish(run, "runbook", () => loadDocument().yaml);
  return start(run, document, { ...parameters, AutomationAssumeRole: await runbookRole(run) });
}

const start = (run: Run, DocumentName: string, parameters: Parameters): Promise<string> =>
  // Systems Manager may not know yet of a role that was made just now.
  run.eventually(() =>
    run.registry.numbered("execution", async () => {
      const started = await run.clients.ssm.send(
        new StartAutomationExecutionCommand({
          DocumentName,
          Parameters: Object.fromEntries(
            Object.entries(parameters).map(([name, value]) => [
              name,
              typeof value === "string" ? [value] : [...value],
            ]),
          ),
        }),
      );
      return started.AutomationExecutionId;
    }),
  );

/** An execution when it has ended. */
export async function ended(run: Run, id: string): Promise<Ended> {
  const { ssm } = run.clients;
  const execution = await run.until(`The end of the execution ${id}`, LOOKS, async () => {
    const found = await ssm.send(new GetAutomationExecutionCommand({ AutomationExecutionId: id }));
    const status = found.AutomationExecution?.AutomationExecutionStatus ?? "Pending";
    return isFinal(status) ? found.AutomationExecution : undefined;
  });
  const steps = await allSteps(ssm, id);
  return {
    id,
    execution,
    status: execution.AutomationExecutionStatus ?? "",
    failure: execution.FailureMessage ?? "",
    outputs: execution.Outputs ?? {},
    steps: steps.filter(({ StepStatus }) => StepStatus !== "Pending"),
  };
}

/** Runs a probe's own document to its end. */
export const runProbe = async (
  run: Run,
  name: string,
  parameters: Parameters = {},
  content?: () => string,
): Promise<Ended> => ended(run, await startProbe(run, name, parameters, content));

/** The first value of an output, such as `read.Text`; empty where there is none. */
export const output = ({ outputs }: Ended, name: string): string => outputs[name]?.[0] ?? "";

export const stepOf = ({ steps }: Ended, name: string): StepExecution | undefined =>
  steps.find(({ StepName }) => StepName === name);

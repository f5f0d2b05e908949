/** What is said of a document when it is made, rather than only when it runs. */
import { actions } from "./actions/index.ts";
import { readAutomation, type StepDefinition } from "./document.ts";

/** What is said of a content; neither where there is nothing to say, or it is no Automation document's. */
export interface Checked {
  /** What keeps it from being a document that can run: a sentence. */
  readonly problem?: string;
  /** A warning that names what the emulator will refuse when it runs. */
  readonly refused?: string;
}

/** Reads the content of a document as the engine will. */
export function checkedDocument(content: string): Checked {
  const read = readAutomation(content);
  if ("problem" in read) {
    return read.isAutomation ? { problem: `Document content is invalid: ${read.problem}.` } : {};
  }
  const parts = withInner(read.document.steps).flatMap(refusedPart);
  if (parts.length === 0) return {};
  const named = [...new Set(parts)].join(", ");
  return { refused: `The emulator does not run ${named}: the steps will fail.` };
}

/** The steps, and those inside loops. */
const withInner = (steps: readonly StepDefinition[]): readonly StepDefinition[] =>
  steps.flatMap((step) => [step, ...withInner(step.steps ?? [])]);

function refusedPart({ name, action, inputs }: StepDefinition): string[] {
  const where = `(step ${name})`;
  if (!actions.has(action)) return [`the action ${action} ${where}`];
  const runtime = action === "aws:executeScript" ? inputs.Runtime : undefined;
  const isPowerShell = typeof runtime === "string" && /powershell/i.test(runtime);
  return isPowerShell ? [`scripts of ${runtime} ${where}`] : [];
}

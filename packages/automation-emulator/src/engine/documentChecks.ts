/** What is said of a document when it is made, rather than only when it runs. */
import { isRecord } from "automation-language/values";
import { parse } from "yaml";
import { actions } from "./actions/index.ts";
import { parseDocument } from "./document.ts";
import { AwsError } from "./errors.ts";
import { rememberLast } from "./remember.ts";

/** The content as data, where it is an Automation document's. */
function automation(content: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const root: unknown = parse(content);
    return isRecord(root) && String(root.schemaVersion) === "0.3" ? root : undefined;
  } catch {
    return undefined;
  }
}

/** What is said of a content; neither where there is nothing, or it is not an Automation document's. */
export interface Checked {
  /** What keeps it from being a document that can run: a sentence. */
  readonly problem?: string;
  /** A warning that names what the emulator will refuse when it runs. */
  readonly refused?: string;
}

/** Reads the content of a document as the engine will. */
export const checkedDocument: (content: string) => Checked = rememberLast(20, (content) => {
  const root = automation(content);
  if (root === undefined) return {};
  try {
    parseDocument("content", content);
  } catch (error) {
    if (error instanceof AwsError) return { problem: error.message };
    throw error;
  }
  const parts = stepsOf(root.mainSteps).flatMap(refusedPart);
  if (parts.length === 0) return {};
  const named = [...new Set(parts)].join(", ");
  return { refused: `The emulator does not run ${named}: the steps will fail.` };
});

function stepsOf(list: unknown): Record<string, unknown>[] {
  if (!Array.isArray(list)) return [];
  return list
    .filter(isRecord)
    .flatMap((step) => [step, ...(isRecord(step.inputs) ? stepsOf(step.inputs.Steps) : [])]);
}

function refusedPart({ name, action, inputs }: Record<string, unknown>): string[] {
  const where = `(step ${String(name)})`;
  if (!actions.has(String(action))) return [`the action ${String(action)} ${where}`];
  const runtime = isRecord(inputs) && action === "aws:executeScript" ? inputs.Runtime : undefined;
  const isPowerShell = typeof runtime === "string" && /powershell/i.test(runtime);
  return isPowerShell ? [`scripts of ${runtime} ${where}`] : [];
}

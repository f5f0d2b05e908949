/** What is said of a document when it is made, rather than only when it runs. */
import { isRecord } from "automation-language/values";
import { parse } from "yaml";
import { actions } from "./actions/index.ts";
import { parseDocument } from "./document.ts";
import { AwsError } from "./errors.ts";

/** The content as data, where it is an Automation document's. */
function automation(content: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const root: unknown = parse(content);
    return isRecord(root) && String(root.schemaVersion) === "0.3" ? root : undefined;
  } catch {
    return undefined;
  }
}

/**
 * What keeps the content from being a document that can run.
 *
 * @returns a sentence; undefined where there is nothing, or the content is not an Automation document
 */
export function documentProblem(content: string): string | undefined {
  if (automation(content) === undefined) return undefined;
  try {
    parseDocument("content", content);
    return undefined;
  } catch (error) {
    if (error instanceof AwsError) return error.message;
    throw error;
  }
}

/**
 * What in the content of a document the emulator will refuse when it runs.
 *
 * @returns a warning that names it; undefined where there is nothing, or the content is not an Automation document
 */
export function refusedParts(content: string): string | undefined {
  const parts = stepsOf(automation(content)?.mainSteps).flatMap(refusedPart);
  return parts.length === 0
    ? undefined
    : `The emulator does not run ${[...new Set(parts)].join(", ")}: the steps will fail.`;
}

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

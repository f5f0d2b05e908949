/** What the engine does not run, said when a document is made rather than only when it runs. */
import { isRecord } from "automation-language/values";
import { parse } from "yaml";
import { actions } from "./actions/index.ts";

/**
 * What in the content of a document the emulator will refuse when it runs.
 *
 * @returns a warning that names it; undefined where there is nothing, or the content is not an Automation document
 */
export function refusedParts(content: string): string | undefined {
  let root: unknown;
  try {
    root = parse(content);
  } catch {
    return undefined;
  }
  if (!isRecord(root) || String(root.schemaVersion) !== "0.3") return undefined;
  const parts = stepsOf(root.mainSteps).flatMap(refusedPart);
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

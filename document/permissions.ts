import type { RunbookDocument } from "../build/types.ts";
import { runbook } from "./runbook.ts";

/** IAM actions, sorted, by the name of the step that declares them. */
export type Declared = Readonly<Record<string, readonly string[]>>;

/** The IAM actions that each step of a runbook declares. */
export const permissionsOf = ({ flow }: RunbookDocument): Declared =>
  Object.fromEntries(flow.map(({ step }) => [step.name, Object.keys(step.permissions).sort()]));

/** Those of the runbook that contains. */
export const declaredPermissions = permissionsOf(runbook);

import { runbook } from "./runbook.ts";

/** The IAM actions that each step declares, sorted, by the step's name. */
export const declaredPermissions: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  runbook.flow.map(({ step }) => [step.name, Object.keys(step.permissions).sort()]),
);

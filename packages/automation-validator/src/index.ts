/** Checks Automation documents: `checkDocument` finds, `report` prints. */
export { type CheckOptions, checkDocument } from "./check.ts";
export type { Finding, Severity } from "./finding.ts";
export { type Format, report } from "./report.ts";
export type { Rule } from "./rule.ts";
export { rules } from "./rules.ts";

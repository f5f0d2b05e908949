/** Checks Automation documents: `checkDocument` finds, `report` prints. */
export { checkDocument } from "./check.ts";
export type { Finding, Severity } from "./finding.ts";
export { report } from "./report.ts";
export type { Rule } from "./rule.ts";
export { loadRules } from "./rules.ts";

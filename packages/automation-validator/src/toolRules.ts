import type { Rule } from "./rule.ts";

/** What is told of a text before any rule looks at it, and of comments that silence rules. */
export type ToolRule = Pick<Rule, "id" | "severity" | "summary"> & { readonly url?: string };

export const SYNTAX: ToolRule = {
  id: "SYNTAX01",
  severity: "error",
  summary: "The text is YAML or JSON.",
  url: "https://docs.aws.amazon.com/systems-manager/latest/userguide/documents.html",
};

/** Not even parsed: CreateDocument would refuse it, and parsing may take long. */
export const TOO_LONG: ToolRule = {
  id: "LIMIT06",
  severity: "error",
  summary: "The document has at most 64 KB, its scripts included.",
  url: "https://docs.aws.amazon.com/general/latest/gr/ssm.html",
};

export const UNUSED_IGNORE: ToolRule = {
  id: "IGNORE01",
  severity: "warning",
  summary: "Each comment that silences a rule hits a finding.",
};

export const WRONG_IGNORE: ToolRule = {
  id: "IGNORE02",
  severity: "warning",
  summary: "A comment that silences rules names rules that there are, and gives a reason.",
};

export const toolRules: readonly ToolRule[] = [SYNTAX, TOO_LONG, UNUSED_IGNORE, WRONG_IGNORE];

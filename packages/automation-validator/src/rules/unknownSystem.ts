import { guide } from "automation-language/actions";
import { suggest } from "automation-language/suggest";
import type { Rule } from "../rule.ts";

const known = [
  "global:ACCOUNT_ID",
  "global:AWS_PARTITION",
  "global:DATE",
  "global:DATE_TIME",
  "global:REGION",
  "automation:EXECUTION_ID",
];

export const rule: Rule = {
  id: "REF02",
  severity: "error",
  summary: "Every system variable that is referred to exists.",
  url: guide("automation-variables"),
  *check({ references }) {
    for (const { target, path } of references)
      if (target.kind === "system" && !known.includes(target.name))
        yield {
          path,
          message: `There is no system variable ${target.name}${suggest(target.name, known)}`,
        };
  },
};

import { guide } from "automation-language/actions";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "SCRIPT07",
  severity: "warning",
  needs: "scripts",
  summary:
    "Scripts reach AWS by boto3 only: no network of their own, no processes, no generated code.",
  url: guide("automation-action-executeScript"),
  *check({ scripts }) {
    for (const [step, { dangers = [] }] of scripts)
      for (const { name, line, column } of dangers)
        yield {
          path: [...step.path, "inputs", "Script"],
          inText: { line, column },
          message: `${step.name}: the script uses ${name}: look whether it should reach outside AWS's APIs`,
        };
  },
};

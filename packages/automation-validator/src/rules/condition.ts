import { guide, operators } from "automation-language/actions";
import { conditionsOf } from "automation-language/conditions";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "SCHEMA04",
  severity: "error",
  summary:
    "A condition has a Variable and exactly one operator, or exactly one of And, Or and Not.",
  url: guide("automation-action-branch"),
  *check({ document }) {
    for (const step of document.steps)
      for (const { condition, path } of conditionsOf(step)) {
        const logic = ["And", "Or", "Not"].filter((key) => key in condition);
        const compared = Object.keys(condition).filter((key) => key in operators);
        const said = [...logic, ...compared];
        if (said.length !== 1)
          yield {
            path,
            message: `${step.name}: a condition needs exactly one operator, this has ${said.join(" and ") || "none"}`,
          };
        else if (compared.length === 1 && !("Variable" in condition))
          yield { path, message: `${step.name}: ${compared[0]} has no Variable to compare` };
      }
  },
};

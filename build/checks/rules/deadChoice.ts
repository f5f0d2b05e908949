import { guide } from "../../schema/actions.ts";
import { conditionsOf } from "../conditions.ts";
import { inText } from "../references.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "REF13",
  severity: "error",
  summary: "A condition compares a parameter with a value that its allowedValues contain.",
  url: guide("automation-action-branch"),
  *check({ document }) {
    for (const step of document.steps)
      for (const { condition, path } of conditionsOf(step)) {
        const [reference] = inText(String(condition.Variable), path, step);
        if (!reference?.whole || reference.target.kind !== "parameter") continue;
        const { name } = reference.target;
        const allowed = document.parameters.find((one) => one.name === name)?.spec.allowedValues;
        const wanted = condition.StringEquals;
        if (!Array.isArray(allowed) || wanted === undefined || String(wanted).includes("{{"))
          continue;
        if (!allowed.map(String).includes(String(wanted)))
          yield {
            path: [...path, "StringEquals"],
            message: `${step.name}: ${name} is never ${JSON.stringify(wanted)}; it is one of ${allowed.map(String).join(", ")}`,
          };
      }
  },
};

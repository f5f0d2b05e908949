import { guide } from "automation-language/actions";
import { conditionsOf, textComparisons } from "automation-language/conditions";
import { inText } from "automation-language/references";
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
        if (!Array.isArray(allowed)) continue;
        for (const [operator, holds] of Object.entries(textComparisons)) {
          const wanted = condition[operator];
          if (wanted === undefined || String(wanted).includes("{{")) continue;
          if (!allowed.some((value) => holds(String(value), String(wanted))))
            yield {
              path: [...path, operator],
              message: `${step.name}: ${operator} ${JSON.stringify(wanted)} is never true of ${name}; it is one of ${allowed.map(String).join(", ")}`,
            };
        }
      }
  },
};

import { guide } from "automation-language/actions";
import { conditionsOf } from "automation-language/conditions";
import { inText } from "automation-language/references";
import { returnedFor } from "../returned.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "SCRIPT12",
  severity: "error",
  needs: "scripts",
  summary: "A condition compares a script's output with a text that the script returns.",
  url: guide("automation-action-branch"),
  *check(context) {
    for (const step of context.document.steps)
      for (const { condition, path } of conditionsOf(step)) {
        const wanted = condition.StringEquals;
        const [reference] = inText(String(condition.Variable), path, step);
        if (typeof wanted !== "string" || wanted.includes("{{") || !reference?.whole) continue;
        const form = returnedFor(reference.target, context);
        if (form === undefined || form === "missing" || form.values === null) continue;
        if (!form.values.includes(wanted))
          yield {
            path: [...path, "StringEquals"],
            message: `${step.name}: ${reference.text} is never ${JSON.stringify(wanted)}; its script returns ${form.values.map((value) => JSON.stringify(value)).join(", ")}`,
          };
      }
  },
};

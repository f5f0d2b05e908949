import { actions, guide } from "automation-language/actions";
import type { Rule } from "../rule.ts";
import { typeOf } from "../types.ts";

export const rule: Rule = {
  id: "REF15",
  severity: "warning",
  summary: "No map is put into the middle of a text.",
  url: guide("automation-action-outputs-inputs"),
  *check(context) {
    for (const reference of context.references) {
      const { step, path, whole, text } = reference;
      if (step === undefined || whole || step.action === "aws:runCommand") continue;
      const key = String(path[step.path.length + 1]);
      if (actions[step.action]?.inputs[key]?.type !== "String") continue;
      const type = typeOf(reference, context);
      if (type === "StringMap" || type === "MapList")
        yield {
          path,
          message: `${step.name}: ${text} is ${type} and stands in the middle of the text of ${key}`,
        };
    }
  },
};

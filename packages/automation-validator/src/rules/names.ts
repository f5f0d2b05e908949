import { guide } from "automation-language/actions";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "LIMIT07",
  severity: "error",
  summary: "Names of steps, parameters and variables keep to AWS's form.",
  url: guide("automation-actions"),
  *check({ document }) {
    for (const { name, path } of document.steps)
      if (!/^[a-zA-Z0-9_]{1,128}$/.test(name))
        yield {
          path: [...path, "name"],
          message: `${JSON.stringify(name)} can't name a step; use up to 128 letters, digits and _`,
        };
    for (const { name, path } of [...document.parameters, ...document.variables])
      if (!/^[a-zA-Z0-9_-]{1,128}$/.test(name))
        yield {
          path,
          atKey: true,
          message: `${JSON.stringify(name)} can't be a name; use letters, digits, - and _`,
        };
  },
};

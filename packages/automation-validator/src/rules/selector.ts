import { guide } from "automation-language/actions";
import { parseSelector } from "automation-language/jsonpath";
import type { Problem } from "automation-language/place";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "REF09",
  severity: "error",
  summary: "Selectors keep to the part of JSONPath that Automation reads.",
  url: guide("automation-working-with-jsonpath"),
  *check({ document }): Iterable<Problem> {
    for (const step of document.steps) {
      const selectors = step.outputs.map(({ selector, path }) => ({
        selector,
        path: [...path, "Selector"],
      }));
      const property = step.inputs.PropertySelector;
      if (typeof property === "string")
        selectors.push({ selector: property, path: [...step.path, "inputs", "PropertySelector"] });
      for (const { selector, path } of selectors) {
        if (selector === undefined || /^\s*\{\{/.test(selector)) continue;
        const parsed = parseSelector(selector);
        if ("error" in parsed)
          yield {
            path,
            message: `${step.name}: the selector ${selector} is not one that Automation reads: ${parsed.error}`,
          };
      }
    }
  },
};

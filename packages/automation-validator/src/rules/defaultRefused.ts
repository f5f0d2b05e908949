import { guide } from "automation-language/actions";
import type { ParameterView } from "automation-language/document";
import { wrongForm } from "automation-language/forms";
import { matches } from "automation-language/patterns";
import type { Problem } from "automation-language/place";
import { plainType } from "automation-language/types";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "LIMIT03",
  severity: "error",
  summary:
    "A default has the parameter's type and passes its own allowedValues, allowedPattern and sizes.",
  url: guide("documents-syntax-data-elements-parameters"),
  *check({ document }) {
    for (const one of [...document.parameters, ...document.variables]) {
      const value = one.spec.default;
      if (value === undefined) continue;
      const reason = wrongForm(plainType(one.type), value) ?? refused(one, value);
      if (reason !== undefined) yield problem(one, reason);
    }
  },
};

const problem = ({ name, path }: ParameterView, reason: string): Problem => ({
  path: [...path, "default"],
  message: `${name}: its default ${reason}`,
});

function refused({ spec }: ParameterView, value: unknown): string | undefined {
  const show = JSON.stringify(value);
  const entries = Array.isArray(value) ? value : [value];
  const text = (entry: unknown) =>
    typeof entry === "object" ? JSON.stringify(entry) : String(entry);
  const { allowedValues, allowedPattern, minItems, maxItems, minChars, maxChars } = spec;
  if (Array.isArray(allowedValues)) {
    const allowed = allowedValues.map(String);
    const odd = entries.find((entry) => !allowed.includes(String(entry)));
    if (odd !== undefined) return `${show} is none of its allowedValues ${allowed.join(", ")}`;
  }
  if (typeof allowedPattern === "string") {
    const odd = entries.find((entry) => matches(allowedPattern, text(entry)) === false);
    if (odd !== undefined)
      return `${JSON.stringify(odd)} does not match its allowedPattern ${allowedPattern}`;
  }
  if (Array.isArray(value) && Number(minItems ?? 0) > value.length)
    return `has fewer items than minItems, ${minItems}`;
  if (Array.isArray(value) && Number(maxItems ?? Number.POSITIVE_INFINITY) < value.length)
    return `has more items than maxItems, ${maxItems}`;
  if (typeof value === "string" && Number(minChars ?? 0) > value.length)
    return `is shorter than minChars, ${minChars}`;
  if (typeof value === "string" && Number(maxChars ?? Number.POSITIVE_INFINITY) < value.length)
    return `is longer than maxChars, ${maxChars}`;
  return undefined;
}

import { guide } from "automation-language/actions";
import { plainType } from "automation-language/types";
import { asText } from "automation-language/values";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "LIMIT04",
  severity: "error",
  summary:
    "allowedValues are values of the parameter's type that its allowedPattern takes, each once; sizes leave room.",
  url: guide("documents-syntax-data-elements-parameters"),
  needs: "patterns",
  *check({ document, match }) {
    for (const { name, type, spec, path } of document.parameters) {
      const { allowedValues, allowedPattern, minItems, maxItems, minChars, maxChars } = spec;
      for (const [key, low, high] of [
        ["maxItems", minItems, maxItems],
        ["maxChars", minChars, maxChars],
      ] as const)
        if (typeof low === "number" && typeof high === "number" && low > high)
          yield {
            path: [...path, key],
            message: `parameter ${name}: ${key} ${high} is less than the minimum ${low}`,
          };
      if (!Array.isArray(allowedValues)) continue;
      const plain = plainType(type);
      const seen = new Set<string>();
      for (const [at, value] of allowedValues.entries()) {
        const place = [...path, "allowedValues", at];
        const text = asText(value);
        if (seen.has(text))
          yield { path: place, message: `parameter ${name}: ${text} is a duplicate` };
        seen.add(text);
        if (plain === "Boolean" && !/^(true|false)$/i.test(text))
          yield { path: place, message: `parameter ${name}: ${text} is neither true nor false` };
        if (plain === "Integer" && !/^-?\d+$/.test(text))
          yield { path: place, message: `parameter ${name}: ${text} is not an integer` };
        if (typeof allowedPattern === "string" && match(allowedPattern, text)?.kind === "none")
          yield {
            path: place,
            message: `parameter ${name}: ${text} does not match allowedPattern ${allowedPattern}`,
          };
      }
    }
  },
};

import { guide } from "automation-language/actions";
import { limitsOf, partsOf } from "automation-language/parameters";
import { type PatternResult, translatePattern } from "automation-language/patterns";
import type { Problem } from "automation-language/place";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "LIMIT14",
  severity: "warning",
  summary:
    "allowedPattern is one that can be tried out here, on the default and the allowedValues.",
  url: guide("documents-syntax-data-elements-parameters"),
  needs: "patterns",
  *check({ document, match }): Iterable<Problem> {
    for (const parameter of document.parameters) {
      const { allowedPattern, allowedValues = [] } = limitsOf(parameter);
      if (allowedPattern === undefined) continue;
      const translated = translatePattern(allowedPattern);
      const texts = [...partsOf(parameter.spec.default ?? []), ...partsOf(allowedValues)];
      const results = texts.map((text) => match(allowedPattern, text));
      const reason = [translated, ...results].map(unread).find((one) => one !== undefined);
      if (reason !== undefined)
        yield {
          path: [...parameter.path, "allowedPattern"],
          message: `parameter ${parameter.name}: the pattern could not be tried out, so its values are not checked: ${reason}`,
        };
    }
  },
};

function unread(
  result: PatternResult | { readonly kind: "python" } | undefined,
): string | undefined {
  if (result?.kind === "untranslatable") return result.reason;
  return result?.kind === "slow"
    ? `matching a value takes longer than ${result.seconds} seconds`
    : undefined;
}

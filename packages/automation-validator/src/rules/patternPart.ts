import { guide } from "automation-language/actions";
import { limitsOf, parameterType, partsOf, readValue } from "automation-language/parameters";
import { show } from "automation-language/values";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "LIMIT16",
  severity: "warning",
  summary: "allowedPattern takes the whole of a default, not only a part of it.",
  url: guide("documents-syntax-data-elements-parameters"),
  needs: "patterns",
  *check({ document, match }) {
    for (const parameter of document.parameters) {
      const { allowedPattern } = limitsOf(parameter);
      if (allowedPattern === undefined || parameter.spec.default === undefined) continue;
      const read = readValue(parameterType(parameter), parameter.spec.default);
      if ("error" in read) continue;
      const odd = partsOf(read.value).find((text) => match(allowedPattern, text)?.kind === "part");
      if (odd !== undefined)
        yield {
          path: [...parameter.path, "allowedPattern"],
          message: `parameter ${parameter.name}: the pattern takes only a part of the default ${show(odd)}; write one that takes the whole, with ^ and $`,
        };
    }
  },
};

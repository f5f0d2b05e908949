import { guide } from "automation-language/actions";
import { translatePattern } from "automation-language/patterns";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "LIMIT01",
  severity: "error",
  summary: "allowedPattern is a regular expression that Java reads.",
  url: guide("documents-syntax-data-elements-parameters"),
  *check({ document }) {
    for (const { name, spec, path } of document.parameters) {
      if (typeof spec.allowedPattern !== "string") continue;
      const translated = translatePattern(spec.allowedPattern);
      if (translated.kind === "refused")
        yield {
          path: [...path, "allowedPattern"],
          message: `parameter ${name}: Java refuses the pattern: ${translated.reason}`,
        };
    }
  },
};

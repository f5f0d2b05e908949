import { guide } from "automation-language/actions";
import { type Node, parseJavaRegex } from "automation-language/javaRegex";
import { backtracksCatastrophically } from "../backtracking.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "LIMIT02",
  severity: "error",
  summary: "No value can make the matching of an allowedPattern take exponential time.",
  url: guide("documents-syntax-data-elements-parameters"),
  *check({ document }) {
    for (const { name, spec, path } of document.parameters) {
      const pattern =
        typeof spec.allowedPattern === "string" ? parsed(spec.allowedPattern) : undefined;
      if (pattern && backtracksCatastrophically(pattern))
        yield {
          path: [...path, "allowedPattern"],
          message: `parameter ${name}: the pattern repeats a part that can repeat over the same text in two ways, as (a+)+ does; a long value that does not match takes exponential time`,
        };
    }
  },
};

function parsed(pattern: string): Node | undefined {
  try {
    return parseJavaRegex(pattern);
  } catch {
    return undefined; // Reported as such already.
  }
}

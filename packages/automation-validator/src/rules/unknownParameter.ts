import { guide } from "automation-language/actions";
import { suggestOrList } from "automation-language/suggest";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "REF01",
  severity: "error",
  summary: "Every parameter and variable that is referred to is declared.",
  url: guide("automation-variables"),
  *check({ document, references }) {
    for (const { target, path } of references) {
      if (target.kind !== "parameter" && target.kind !== "variable") continue;
      const declared = target.kind === "parameter" ? document.parameters : document.variables;
      const [other, form] =
        target.kind === "parameter"
          ? ([document.variables, "variable:"] as const)
          : ([document.parameters, ""] as const);
      const names = declared.map(({ name }) => name);
      if (!names.includes(target.name))
        yield {
          path,
          message: `There is no ${target.kind} ${target.name}${other.some(({ name }) => name === target.name) ? `, did you mean {{ ${form}${target.name} }}?` : suggestOrList(target.name, names)}`,
        };
    }
  },
};

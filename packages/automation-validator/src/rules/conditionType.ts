import type { DataType } from "automation-language/actions";
import { guide, operators } from "automation-language/actions";
import { conditionsOf } from "automation-language/conditions";
import { inText } from "automation-language/references";
import type { Rule } from "../rule.ts";
import { typeOf } from "../types.ts";

const takes: Readonly<Record<"String" | "Number" | "Boolean", readonly DataType[]>> = {
  String: ["String"],
  Number: ["Integer"],
  Boolean: ["Boolean"],
};

export const rule: Rule = {
  id: "REF12",
  severity: "error",
  summary: "A condition's operator suits the type of its variable.",
  url: guide("automation-action-branch"),
  *check(context) {
    for (const step of context.document.steps)
      for (const { condition, path } of conditionsOf(step)) {
        const variable = condition.Variable;
        if (typeof variable !== "string") continue;
        const [reference] = inText(variable, [...path, "Variable"], step);
        if (!reference?.whole) {
          if (reference === undefined)
            yield {
              path: [...path, "Variable"],
              message: `${step.name}: the Variable ${variable} is a constant: {{ name }} refers to a value`,
            };
          continue;
        }
        const type = typeOf(reference, context);
        const operator = Object.keys(condition).find((key) => key in operators);
        const kind = operator === undefined ? undefined : operators[operator];
        if (type === undefined || kind === undefined || takes[kind].includes(type)) continue;
        // A list can be searched, and a number can be compared as text or text as a number.
        if (type === "StringList" && operator === "Contains") continue;
        if (type === "String" && kind === "Number") continue;
        yield {
          path,
          message: `${step.name}: ${operator} compares ${kind === "Number" ? "numbers" : `${kind} values`}, and ${reference.text} is ${type}`,
        };
      }
  },
};

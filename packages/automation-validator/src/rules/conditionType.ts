import type { DataType } from "automation-language/actions";
import { guide, operators } from "automation-language/actions";
import { conditionsOf } from "automation-language/conditions";
import { inText } from "automation-language/references";
import type { Context } from "../context.ts";
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
              message: `${step.name}: the Variable ${variable} is a constant, so the condition always says the same. ${offer(variable, context)}`,
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
          message: `${step.name}: ${operator} compares ${kind === "Number" ? "numbers" : kind === "Boolean" ? "true and false" : "text"}, and ${reference.text} is ${type}`,
        };
      }
  },
};

/** The reference that a name without braces was meant to be, where it is one. */
function offer(variable: string, { document, step }: Context): string {
  const name = variable.trim();
  const [first = "", output] = name.split(".");
  const known =
    document.parameters.some((one) => one.name === name) ||
    (output !== undefined && step(first) !== undefined);
  if (known) return `Write {{ ${name} }}`;
  const variables = document.variables.some((one) => one.name === name.replace(/^variable:/, ""));
  return variables
    ? `Write {{ variable:${name.replace(/^variable:/, "")} }}`
    : "Write {{ Parameter }} or {{ step.Output }}";
}

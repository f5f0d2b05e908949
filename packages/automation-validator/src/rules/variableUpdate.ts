import { guide } from "automation-language/actions";
import { readValue } from "automation-language/parameters";
import { inText } from "automation-language/references";
import { suggest } from "automation-language/suggest";
import { plainType } from "automation-language/types";
import type { Rule } from "../rule.ts";
import { typeOf } from "../types.ts";

export const rule: Rule = {
  id: "REF14",
  severity: "error",
  summary:
    "aws:updateVariable names a declared variable, as variable:name, and gives it a value of its type.",
  url: guide("automation-action-update-variable"),
  *check(context) {
    const { document } = context;
    const names = document.variables.map(({ name }) => name);
    for (const step of document.steps) {
      if (step.action !== "aws:updateVariable" || typeof step.inputs.Name !== "string") continue;
      const path = [...step.path, "inputs", "Name"];
      const name = /^(?:\{\{\s*)?variable:([A-Za-z0-9_-]+)(?:\s*\}\})?$/.exec(
        step.inputs.Name,
      )?.[1];
      if (name === undefined) {
        yield { path, message: `${step.name}: Name must have the form variable:NAME` };
        continue;
      }
      const variable = document.variables.find((one) => one.name === name);
      if (variable === undefined) {
        yield {
          path,
          message: `${step.name}: there is no variable ${name}${suggest(name, names)}`,
        };
        continue;
      }
      const value = step.inputs.Value;
      const [reference] = typeof value === "string" ? inText(value, path, step) : [];
      const given = reference?.whole ? typeOf(reference, context) : undefined;
      const type = plainType(variable.type);
      const read =
        type === undefined || value === undefined || JSON.stringify(value).includes("{{")
          ? undefined
          : readValue(type, value);
      const reason = read && "error" in read ? read.error : undefined;
      if (reason !== undefined)
        yield {
          path: [...step.path, "inputs", "Value"],
          message: `${step.name}: ${name} is ${variable.type}, and Value ${reason}`,
        };
      else if (given !== undefined && given !== variable.type)
        yield {
          path: [...step.path, "inputs", "Value"],
          message: `${step.name}: ${name} is ${variable.type} and takes no ${given}: nothing is converted here`,
        };
    }
  },
};

import { guide } from "automation-language/actions";
import { suggest } from "automation-language/suggest";
import { plainType, plainTypes, typeNames } from "automation-language/types";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "SCHEMA03",
  severity: "error",
  summary:
    "A parameter's type is one that Automation knows; a variable's is one of the plain ones.",
  url: guide("documents-syntax-data-elements-parameters"),
  *check({ document }) {
    // A type of AWS that is not listed here may be a new one, unless it is nearly one that is.
    for (const { name, type, path } of document.parameters)
      if (
        type !== "" &&
        (plainType(type) === undefined ||
          (!typeNames.includes(type) && suggest(type, typeNames, 2) !== ""))
      )
        yield {
          path: [...path, "type"],
          message: `parameter ${name}: there is no type ${type}${suggest(type, typeNames)}`,
        };
    for (const { name, type, path } of document.variables)
      if (type !== "" && !(plainTypes as readonly string[]).includes(type))
        yield {
          path: [...path, "type"],
          message: `variable ${name}: there is no type ${type} for variables${suggest(type, plainTypes)}`,
        };
  },
};

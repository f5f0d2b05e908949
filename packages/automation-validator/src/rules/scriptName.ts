import { guide } from "automation-language/actions";
import { suggest } from "automation-language/suggest";
import type { Rule } from "../rule.ts";

/** JSON's words, as they slip into Python. */
const json: Readonly<Record<string, string>> = { true: "True", false: "False", null: "None" };

export const rule: Rule = {
  id: "SCRIPT18",
  severity: "error",
  needs: "scripts",
  summary: "Every name that a script uses is defined or imported in it, or built into Python.",
  url: guide("automation-action-executeScript"),
  *check({ scripts }) {
    for (const [step, { undefined: lost = [], functions = [], names = [] }] of scripts)
      for (const { name, line, column } of lost) {
        const meant = json[name];
        yield {
          path: [...step.path, "inputs", "Script"],
          inText: { line, column },
          message: `${step.name}: the script uses ${name}, which it neither defines nor imports${meant ? `, did you mean ${meant}?` : suggest(name, [...functions, ...names])}`,
        };
      }
  },
};

import { guide } from "automation-language/actions";
import { inText } from "automation-language/references";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "SCRIPT06",
  severity: "error",
  summary:
    "No reference stands inside a script: its value would become code. InputPayload is the way in.",
  url: guide("automation-action-executeScript"),
  *check({ document }) {
    for (const step of document.steps) {
      const script = step.inputs.Script;
      if (step.action !== "aws:executeScript" || typeof script !== "string") continue;
      const path = [...step.path, "inputs", "Script"];
      // {{{x}}} is an f-string's way to write {x}.
      for (const [at, line] of script.split("\n").entries())
        for (const { text, target } of inText(line.replaceAll(/\{{3}|\}{3}/g, " "), path, step))
          if (target.kind !== "malformed")
            yield {
              path,
              inText: { line: at + 1, column: line.indexOf(text) + 1 },
              message: `${step.name}: {{ ${text} }} is filled in as code before the script runs; pass it by InputPayload`,
            };
    }
  },
};

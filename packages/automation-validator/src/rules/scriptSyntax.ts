import { guide } from "automation-language/actions";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "SCRIPT01",
  severity: "error",
  needs: "scripts",
  summary: "Scripts are Python that their runtime can parse.",
  url: guide("automation-action-executeScript"),
  *check({ scripts, pythonVersion }) {
    for (const [step, { syntaxError }] of scripts) {
      const [, minor = 0] = String(step.inputs.Runtime)
        .replace("python", "")
        .split(".")
        .map(Number);
      // A newer runtime may have syntax that the Python at hand does not know.
      if (syntaxError === undefined || minor > (pythonVersion[1] ?? 0)) continue;
      yield {
        path: [...step.path, "inputs", "Script"],
        inText: syntaxError,
        message: `${step.name}: line ${syntaxError.line} of the script: ${syntaxError.message}`,
      };
    }
  },
};

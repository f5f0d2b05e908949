import { guide } from "automation-language/actions";
import type { Rule } from "../rule.ts";

/** The runtimes that new documents can use; python3.6 to 3.9 and PowerShell Core 6 are gone. */
const known = ["python3.10", "python3.11", "python3.12", "PowerShell 7.0", "PowerShell 7.4"];

const newest = (runtime: string): string =>
  /^p(ower)?sh/i.test(runtime) ? "PowerShell 7.4" : "python3.12";

export const rule: Rule = {
  id: "SCRIPT03",
  severity: "error",
  summary: "Runtime is one that Automation still runs.",
  url: guide("automation-action-executeScript"),
  *check({ document }) {
    for (const { name, action, inputs, path } of document.steps) {
      const runtime = inputs.Runtime;
      if (action !== "aws:executeScript" || typeof runtime !== "string" || runtime.includes("{{"))
        continue;
      if (!known.includes(runtime))
        yield {
          path: [...path, "inputs", "Runtime"],
          message: `${name}: Automation does not run ${runtime}; write ${newest(runtime)}`,
        };
    }
  },
};

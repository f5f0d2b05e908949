import { guide } from "../../schema/actions.ts";
import { isRecord } from "../document.ts";
import type { Rule } from "../rule.ts";
import { suggest } from "../suggest.ts";

export const rule: Rule = {
  id: "SCRIPT04",
  severity: "error",
  summary: "InputPayload has every key that the handler reads from its events.",
  url: guide("automation-action-executeScript"),
  *check({ scripts }) {
    for (const [step, { reads = [] }] of scripts) {
      const payload = step.inputs.InputPayload ?? {};
      if (!isRecord(payload)) continue;
      for (const { path, line, column, optional } of reads) {
        const [key] = path;
        if (path.length !== 1 || optional || key === undefined || key === "*" || key in payload)
          continue;
        yield {
          path: [...step.path, "inputs", "Script"],
          inText: { line, column },
          message: `${step.name}: the script reads ${key}, which InputPayload does not give${suggest(key, Object.keys(payload))}`,
        };
      }
    }
  },
};

import { guide } from "automation-language/actions";
import { isRecord } from "automation-language/values";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "SCRIPT05",
  severity: "warning",
  needs: "scripts",
  summary: "The handler reads every key that InputPayload gives.",
  url: guide("automation-action-executeScript"),
  *check({ scripts }) {
    for (const [step, { reads, readsUnknown }] of scripts) {
      const payload = step.inputs.InputPayload;
      if (reads === undefined || readsUnknown || !isRecord(payload)) continue;
      const read = new Set(reads.map(({ path }) => path[0]));
      for (const key of Object.keys(payload))
        if (!read.has(key))
          yield {
            path: [...step.path, "inputs", "InputPayload", key],
            atKey: true,
            message: `${step.name}: the script never reads ${key}`,
          };
    }
  },
};

import { guide } from "automation-language/actions";
import { inText } from "automation-language/references";
import { suggest } from "automation-language/suggest";
import { isRecord } from "automation-language/values";
import { returnedAt, returnedFor } from "../returned.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "SCRIPT13",
  severity: "error",
  needs: "scripts",
  summary: "A script reads from a map of an earlier script only keys that the earlier one returns.",
  url: guide("automation-action-executeScript"),
  *check(context) {
    for (const [step, { reads = [] }] of context.scripts) {
      const payload = step.inputs.InputPayload;
      if (!isRecord(payload)) continue;
      for (const { path, line, column, optional } of reads) {
        const [key = "", inner = ""] = path;
        const value = payload[key];
        if (path.length !== 2 || optional || inner === "*" || typeof value !== "string") continue;
        const [reference] = inText(value, step.path, step);
        if (!reference?.whole) continue;
        const form = returnedFor(reference.target, context);
        if (form === undefined || form === "missing") continue;
        if (returnedAt(form, [{ kind: "child", name: inner }]) === "missing")
          yield {
            path: [...step.path, "inputs", "Script"],
            inText: { line, column },
            message: `${step.name}: the script reads ${key}.${inner}, and ${reference.text} never has it${suggest(inner, Object.keys(form.keys))}`,
          };
      }
    }
  },
};

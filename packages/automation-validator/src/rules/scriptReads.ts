import { guide } from "automation-language/actions";
import type { StepView } from "automation-language/document";
import { inText } from "automation-language/references";
import { suggest } from "automation-language/suggest";
import { isRecord } from "automation-language/values";
import type { Context } from "../context.ts";
import { returnedAt, returnedFor } from "../returned.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "SCRIPT04",
  severity: "error",
  needs: "scripts",
  summary: "InputPayload has every key that the handler reads from its events.",
  url: guide("automation-action-executeScript"),
  *check(context) {
    for (const [step, { reads = [], either = [] }] of context.scripts) {
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
      for (const { paths, line, column } of either)
        if (paths.every((path) => missing(step, payload, path, context)))
          yield {
            path: [...step.path, "inputs", "Script"],
            inText: { line, column },
            message: `${step.name}: the script reads ${paths[0]?.at(-1)}, which none of ${paths.map((path) => path.slice(0, -1).join(".") || "InputPayload").join(" and ")} gives`,
          };
    }
  },
};

/** Whether a key is surely not there: not in the payload, or not in the map that an earlier script returned. */
function missing(
  step: StepView,
  payload: Readonly<Record<string, unknown>>,
  [first = "", second, ...rest]: readonly string[],
  context: Context,
): boolean {
  if (!(first in payload)) return true;
  const value = payload[first];
  if (second === undefined || rest.length > 0 || second === "*" || typeof value !== "string")
    return false;
  const [reference] = inText(value, step.path, step);
  const form = reference?.whole ? returnedFor(reference.target, context) : undefined;
  if (form === undefined || form === "missing") return false;
  return returnedAt(form, [{ kind: "child", name: second }]) === "missing";
}

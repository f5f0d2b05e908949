import { guide } from "automation-language/actions";
import { parseSelector } from "automation-language/jsonpath";
import { suggest } from "automation-language/suggest";
import { isRecord } from "automation-language/values";
import { isPayload, returnedAt } from "../returned.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "SCRIPT10",
  severity: "error",
  needs: "scripts",
  summary: "Outputs of a script are selected below $.Payload, from keys that the handler returns.",
  url: guide("automation-action-executeScript"),
  *check({ document, scripts }) {
    for (const step of document.steps) {
      if (step.action !== "aws:executeScript") continue;
      for (const { name, selector = "", path } of step.outputs) {
        const parsed = parseSelector(selector);
        if ("error" in parsed) continue;
        const [first, ...rest] = parsed.parts;
        const place = [...path, "Selector"];
        if (first?.kind === "child" && !isPayload(first) && first.name !== "ExecutionLog")
          yield {
            path: place,
            message: `${step.name}.${name}: what a script returns is below $.Payload, and ${selector} is not`,
          };
        const facts = scripts.get(step);
        const payload = step.inputs.InputPayload ?? {};
        const [next] = rest;
        if (
          facts?.returnsEvents &&
          isRecord(payload) &&
          next?.kind === "child" &&
          !(next.name in payload)
        )
          yield {
            path: place,
            message: `${step.name}.${name}: the handler returns what InputPayload gives, and that has no ${next.name}${suggest(next.name, Object.keys(payload))}`,
          };
        if (!isPayload(first) || returnedAt(facts?.returns, rest) !== "missing") continue;
        const last = rest.at(-1);
        const key = last?.kind === "child" ? last.name : selector;
        yield {
          path: place,
          message: `${step.name}.${name}: the handler never returns ${selector}${suggest(key, Object.keys(facts?.returns?.keys ?? {}))}`,
        };
      }
    }
  },
};

import { guide } from "automation-language/actions";
import { converts, isDataType } from "automation-language/convert";
import { parseSelector } from "automation-language/jsonpath";
import type { Path, Problem } from "automation-language/place";
import { select } from "automation-language/shapes";
import { suggest } from "automation-language/suggest";
import { isRecord } from "automation-language/values";
import { apiSteps } from "../apiStep.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "API04",
  severity: "error",
  summary:
    "A selector follows the operation's response, and what it selects has the type that the output says.",
  url: guide("automation-working-with-jsonpath"),
  *check(context): Iterable<Problem> {
    for (const { step, service, operation } of apiSteps(context)) {
      const selected = (selector: unknown) => {
        const parsed = typeof selector === "string" ? parseSelector(selector) : undefined;
        return parsed && "parts" in parsed
          ? select(service, operation.output, parsed.parts)
          : undefined;
      };
      const lost = (selector: unknown, path: Path, error: string) => ({
        path,
        message: `${step.name}: ${selector} leaves the response of ${operation.name}: ${error}`,
      });
      for (const output of step.outputs) {
        const result = selected(output.selector);
        if (result === undefined) continue;
        if ("error" in result)
          yield lost(output.selector, [...output.path, "Selector"], result.error);
        else if (result.type && isDataType(output.type) && !converts(result.type, output.type))
          yield {
            path: [...output.path, "Type"],
            message: `${step.name}.${output.name}: ${output.selector} selects ${result.type}, which does not become ${output.type}`,
          };
      }
      const property = step.inputs.PropertySelector;
      const result = selected(property);
      const path = [...step.path, "inputs", "PropertySelector"];
      if (result === undefined) continue;
      if ("error" in result) yield lost(property, path, result.error);
      const desired: readonly unknown[] = Array.isArray(step.inputs.DesiredValues)
        ? step.inputs.DesiredValues
        : [];
      if ("error" in result) continue;
      if ((result.type === "StringMap" || result.type === "MapList") && !desired.some(isRecord))
        yield {
          path,
          message: `${step.name}: ${property} selects ${result.type}, which is never one of the DesiredValues`,
        };
      const form = result.type === "Boolean" ? /^(true|false)$/i : /^-?\d+(\.\d+)?$/;
      if (result.type === "Boolean" || result.type === "Integer")
        for (const [at, wanted] of desired.entries())
          if (!String(wanted).includes("{{") && !form.test(String(wanted)))
            yield {
              path: [...step.path, "inputs", "DesiredValues", at],
              message: `${step.name}: ${property} is ${result.type}, never ${JSON.stringify(wanted)}`,
            };
      if (result.shape?.enum)
        for (const [at, wanted] of desired.entries())
          if (
            typeof wanted === "string" &&
            !wanted.includes("{{") &&
            !result.shape.enum.includes(wanted)
          )
            yield {
              path: [...step.path, "inputs", "DesiredValues", at],
              message: `${step.name}: ${property} is never ${wanted}${suggest(wanted, result.shape.enum) || `; it is one of ${result.shape.enum.slice(0, 12).join(", ")}`}`,
            };
    }
  },
};

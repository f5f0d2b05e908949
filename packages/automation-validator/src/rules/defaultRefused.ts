import { guide } from "automation-language/actions";
import type { ParameterView } from "automation-language/document";
import {
  limitProblem,
  limitsOf,
  parameterType,
  partsOf,
  readValue,
} from "automation-language/parameters";
import type { Problem } from "automation-language/place";
import { plainType } from "automation-language/types";
import { show } from "automation-language/values";
import type { Context } from "../context.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "LIMIT03",
  severity: "error",
  summary:
    "A default has the parameter's type and passes its own allowedValues, allowedPattern and sizes.",
  url: guide("documents-syntax-data-elements-parameters"),
  needs: "patterns",
  *check(context): Iterable<Problem> {
    const { document } = context;
    for (const one of [...document.parameters, ...document.variables]) {
      const reason = refused(one, context);
      if (reason !== undefined)
        yield {
          path: [...one.path, "default"],
          message: `${String(one.path[0]).slice(0, -1)} ${one.name}: its default ${reason}`,
        };
    }
  },
};

function refused(one: ParameterView, { match }: Context): string | undefined {
  const value = one.spec.default;
  // A type that is not known has a finding of its own; what a reference brings is known when the automation runs.
  if (value === undefined || plainType(one.type) === undefined || referring(value))
    return undefined;
  const read = readValue(parameterType(one), value);
  if ("error" in read) return read.error;
  const limits = limitsOf(one);
  const { allowedPattern } = limits;
  const problem = limitProblem(limits, read.value);
  if (problem !== undefined || allowedPattern === undefined) return problem;
  const odd = partsOf(read.value).find((text) => match(allowedPattern, text)?.kind === "none");
  return odd === undefined
    ? undefined
    : `has the value ${show(odd)}, which does not match its allowedPattern ${allowedPattern}`;
}

const referring = (value: unknown): boolean =>
  (Array.isArray(value) ? value : [value]).some(
    (part) => typeof part === "string" && part.includes("{{"),
  );

import { guide } from "automation-language/actions";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "REF10",
  severity: "error",
  summary: "The document's outputs are outputs of steps.",
  url: guide("automation-action-outputs-inputs"),
  *check({ references }) {
    for (const { target, text, path, step } of references)
      if (step === undefined && path[0] === "outputs" && target.kind !== "output")
        yield { path, message: `${text} is no output of a step: step.output is the form` };
  },
};

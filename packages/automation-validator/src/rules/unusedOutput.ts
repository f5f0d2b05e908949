import { guide } from "automation-language/actions";
import { inText } from "automation-language/references";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "REF07",
  severity: "hint",
  summary: "Every declared output is used by a step or is an output of the document.",
  url: guide("automation-action-outputs-inputs"),
  *check({ document, references }) {
    const inScripts = document.steps.flatMap((step) =>
      typeof step.inputs.Script === "string" ? inText(step.inputs.Script, step.path, step) : [],
    );
    const used = new Set(
      [...references, ...inScripts].map(({ target }) =>
        target.kind === "output" ? `${target.step}.${target.output}` : "",
      ),
    );
    for (const step of document.steps)
      for (const { name, path } of step.outputs)
        if (!used.has(`${step.name}.${name}`))
          yield { path, message: `Nothing uses the output ${step.name}.${name}` };
  },
};

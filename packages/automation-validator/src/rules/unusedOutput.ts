import { guide } from "automation-language/actions";
import { mentions } from "../mentions.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "REF07",
  severity: "hint",
  summary: "Every declared output is used by a step or is an output of the document.",
  url: guide("automation-action-outputs-inputs"),
  *check(context) {
    const { document } = context;
    const used = new Set(
      mentions(context).map(({ target }) =>
        target.kind === "output" ? `${target.step}.${target.output}` : "",
      ),
    );
    for (const step of document.steps)
      for (const { name, path } of step.outputs)
        if (!used.has(`${step.name}.${name}`))
          yield { path, message: `Nothing uses the output ${step.name}.${name}` };
  },
};

import { guide } from "automation-language/actions";
import { inText } from "automation-language/references";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "REF06",
  severity: "warning",
  summary: "Every parameter and variable is used.",
  url: guide("documents-syntax-data-elements-parameters"),
  *check({ document, references }) {
    const inScripts = document.steps.flatMap((step) =>
      typeof step.inputs.Script === "string" ? inText(step.inputs.Script, step.path, step) : [],
    );
    const used = new Set(
      [...references, ...inScripts].map(({ target }) =>
        target.kind === "parameter" || target.kind === "variable"
          ? `${target.kind} ${target.name}`
          : "",
      ),
    );
    for (const [kind, list] of [
      ["parameter", document.parameters],
      ["variable", document.variables],
    ] as const)
      for (const { name, path } of list)
        if (!used.has(`${kind} ${name}`))
          yield { path, atKey: true, message: `Nothing uses ${kind} ${name}` };
  },
};

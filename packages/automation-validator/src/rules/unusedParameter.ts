import { guide } from "automation-language/actions";
import { mentions } from "../mentions.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "REF06",
  severity: "warning",
  summary: "Every parameter and variable is used.",
  url: guide("documents-syntax-data-elements-parameters"),
  *check(context) {
    const { document } = context;
    const used = new Set(
      mentions(context).map(({ target }) =>
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

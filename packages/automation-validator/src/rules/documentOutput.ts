import { guide } from "automation-language/actions";
import type { DocumentView } from "automation-language/document";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "REF10",
  severity: "error",
  summary: "The document's outputs are outputs of steps.",
  url: guide("automation-action-outputs-inputs"),
  *check({ references, document }) {
    for (const { target, text, path, step } of references)
      if (step === undefined && path[0] === "outputs" && target.kind !== "output")
        yield {
          path,
          message: `${text} is not the output of a step. Write it as step.Output${offer(document)}`,
        };
  },
};

/** The outputs that there are. */
function offer({ steps }: DocumentView): string {
  const names = steps.flatMap(({ name, outputs }) => outputs.map((one) => `${name}.${one.name}`));
  return names.length === 0 ? "" : `; there are ${names.slice(0, 12).join(", ")}`;
}

import { guide } from "automation-language/actions";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "FLOW01",
  severity: "error",
  summary: "Step names are unique in the document, those inside loops included.",
  url: guide("automation-actions"),
  *check({ document, step }) {
    for (const one of document.steps)
      if (one.name !== "" && step(one.name) !== one)
        yield { path: [...one.path, "name"], message: `There is a step ${one.name} already` };
  },
};

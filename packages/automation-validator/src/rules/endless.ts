import { guide } from "automation-language/actions";
import { endlessSteps } from "automation-language/graph";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "FLOW04",
  severity: "error",
  summary: "From every step that runs, some path leads to the end.",
  url: guide("automation-branch-condition"),
  *check({ scopes }) {
    for (const scope of scopes) {
      const caught = endlessSteps(scope);
      const [first] = caught;
      if (first !== undefined)
        yield {
          path: first.path,
          message: `Once here, the automation never ends: ${caught.map(({ name }) => name).join(", ")} lead only to one another`,
        };
    }
  },
};

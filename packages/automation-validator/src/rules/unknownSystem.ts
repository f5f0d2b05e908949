import { guide } from "automation-language/actions";
import { systemVariables } from "automation-language/references";
import { suggest } from "automation-language/suggest";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "REF02",
  severity: "error",
  summary: "Every system variable that is referred to exists.",
  url: guide("automation-variables"),
  *check({ references }) {
    for (const { target, path } of references)
      if (target.kind === "system" && !(systemVariables as readonly string[]).includes(target.name))
        yield {
          path,
          message: `There is no system variable ${target.name}${suggest(target.name, systemVariables)}`,
        };
  },
};

import { guide } from "automation-language/actions";
import { misplacedStoreReferences } from "automation-language/references";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "REF17",
  severity: "error",
  summary:
    "A parameter of Parameter Store is referred to in the default of a parameter, not in a step or in assumeRole.",
  url: guide("automation-variables"),
  *check({ references }) {
    for (const { text, path } of misplacedStoreReferences(references))
      yield {
        path,
        message: `{{ ${text} }} can't stand here: CreateDocument refuses it. Make it the default of a parameter, and refer to that`,
      };
  },
};

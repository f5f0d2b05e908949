import { guide } from "automation-language/actions";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "API08",
  severity: "error",
  summary:
    "aws:copyImage with a KmsKeyId says Encrypted: without it the key has no use and the copy fails.",
  url: guide("automation-action-copyimage"),
  *check({ document }) {
    for (const { name, action, inputs, path } of document.steps) {
      if (action !== "aws:copyImage" || inputs.KmsKeyId === undefined) continue;
      if (inputs.Encrypted === undefined || /^false$/i.test(String(inputs.Encrypted)))
        yield {
          path: [...path, "inputs", "KmsKeyId"],
          message: `${name} has a KmsKeyId and is not Encrypted`,
        };
    }
  },
};

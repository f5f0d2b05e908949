import { basename } from "node:path";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "LIMIT11",
  severity: "warning",
  summary:
    "A document's name, as far as its file's name tells it, does not begin with a prefix of AWS's own.",
  url: "https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_CreateDocument.html",
  *check({ file }) {
    const name = basename(file).replace(/\.[a-z]+$/i, "");
    if (/^(aws|amazon|amzn)/i.test(name))
      yield {
        path: [],
        message: `A document can't be named ${name}: names that begin with aws, amazon or amzn are AWS's own`,
      };
  },
};

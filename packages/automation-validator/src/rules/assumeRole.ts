import { guide } from "automation-language/actions";
import { plainType } from "automation-language/types";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "LIMIT09",
  severity: "error",
  summary: "assumeRole is the ARN of a role, or a parameter that gives one.",
  url: guide("automation-setup"),
  *check({ document, references }) {
    const role = document.data.assumeRole;
    if (typeof role !== "string" || role === "") return;
    for (const { target, step, whole } of references) {
      if (step !== undefined || target.kind !== "parameter" || !whole) continue;
      const parameter = document.parameters.find(({ name }) => name === target.name);
      if (parameter && role.includes(target.name) && plainType(parameter.type) !== "String")
        yield {
          path: ["assumeRole"],
          message: `assumeRole needs one ARN, and ${target.name} is ${parameter.type}`,
        };
    }
    if (!role.includes("{{") && !/^arn:aws[a-z-]*:iam::\d{12}:role\/.+$/.test(role))
      yield {
        path: ["assumeRole"],
        message: `${role} is not the ARN of a role. Write arn:aws:iam::ACCOUNT:role/NAME`,
      };
  },
};

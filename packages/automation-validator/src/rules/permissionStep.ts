import { suggest } from "automation-language/suggest";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "PERM03",
  severity: "error",
  summary: "Permissions are declared for steps that exist, and for all of them.",
  url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege",
  *check({ document, step, declaredPermissions }) {
    if (declaredPermissions === undefined) return;
    const names = document.steps.map(({ name }) => name);
    for (const name of Object.keys(declaredPermissions))
      if (step(name) === undefined)
        yield {
          path: ["mainSteps"],
          message: `Permissions are declared for ${name}, which is not a step${suggest(name, names)}`,
        };
    for (const one of document.steps)
      if (!(one.name in declaredPermissions))
        yield { path: one.path, message: `${one.name} declares no permissions, not even none` };
  },
};

import { comesAlong } from "automation-language/iam";
import { needsOf } from "../permissions.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "PERM02",
  severity: "warning",
  needs: "scripts",
  summary: "A step declares no IAM action that none of its calls needs.",
  url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege",
  *check(context) {
    const declared = context.declaredPermissions;
    if (declared === undefined) return;
    for (const { step, actions, unknown } of needsOf(context))
      for (const action of declared[step.name] ?? []) {
        const prefix = action.split(":")[0] ?? "";
        if (actions.has(action) || comesAlong(action) || unknown(prefix)) continue;
        yield {
          path: step.path,
          message: `${step.name} declares ${action}, and nothing that it calls needs it`,
        };
      }
  },
};

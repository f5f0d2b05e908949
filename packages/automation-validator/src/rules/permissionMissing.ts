import { needsOf } from "../permissions.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "PERM01",
  severity: "error",
  needs: "scripts",
  summary: "A step declares every IAM action that its calls need.",
  url: "https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html",
  *check(context) {
    const declared = context.declaredPermissions;
    if (declared === undefined) return;
    for (const { step, actions } of needsOf(context))
      for (const [action, place] of actions)
        if (!declared[step.name]?.includes(action))
          yield { ...place, message: `${step.name} needs ${action}, which it does not declare` };
  },
};

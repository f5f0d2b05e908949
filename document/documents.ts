/** All documents of this project. Commands take one of them by its name. */
import type { RunbookDocument } from "../build/types.ts";
import type { Granted } from "./grants.ts";
import { declaredPermissions } from "./permissions.ts";
import { type PolicyScope, rolePolicy } from "./policy.ts";
import { type ProtectScope, protectPolicy } from "./protect/policy.ts";
import { protectEvidence } from "./protect/runbook.ts";
import { type RespondScope, respondPolicy } from "./respond/policy.ts";
import { respondToFinding } from "./respond/runbook.ts";
import { runbook } from "./runbook.ts";

/** Where the roles of the documents work: each policy takes of it what it needs. */
export type RoleScope = PolicyScope & RespondScope & ProtectScope;

export interface DocumentDefinition {
  readonly runbook: RunbookDocument;
  /** The parameter that names the instance; by default InstanceId. */
  readonly target?: string;
  /** The end of the name that a deployment gives its role, after the runbook's; by default the setting automationRoleName. */
  readonly role?: string;
  /** The statements of its role's policy. */
  readonly policy: (scope: RoleScope) => readonly Granted[];
}

/** The one that contains first: the others go with it. */
export const documents: readonly DocumentDefinition[] = [
  { runbook, policy: (scope) => rolePolicy(declaredPermissions, scope) },
  {
    runbook: respondToFinding,
    target: "Resource",
    role: "Respond",
    policy: (scope) => respondPolicy(scope),
  },
  {
    runbook: protectEvidence,
    role: "Protect",
    policy: (scope) => protectPolicy(scope),
  },
];

/** Words in capitals for what differs from account to account. */
export const inWords: RoleScope = {
  partition: "aws",
  accountId: "ACCOUNT",
  regions: ["REGION"],
  containDocument: runbook.name,
  containRole: "ROLE",
  topic: "TOPIC",
  roles: ["ROLE"],
};

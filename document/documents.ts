/** All documents of this project. Commands take one of them by its name. */
import type { RunbookDocument } from "../build/types.ts";
import type { Granted } from "./grants.ts";
import { declaredPermissions } from "./permissions.ts";
import { rolePolicy } from "./policy.ts";
import { protectPolicy } from "./protect/policy.ts";
import { protectEvidence } from "./protect/runbook.ts";
import { respondPolicy } from "./respond/policy.ts";
import { respondToFinding } from "./respond/runbook.ts";
import { runbook } from "./runbook.ts";

export interface DocumentDefinition {
  readonly runbook: RunbookDocument;
  /** The statements of its role's policy, with words in capitals for what differs from account to account. */
  readonly policy: readonly Granted[];
}

/** The one that contains first: the others go with it. */
export const documents: readonly DocumentDefinition[] = [
  {
    runbook,
    policy: rolePolicy(declaredPermissions, { partition: "aws", accountId: "ACCOUNT" }),
  },
  {
    runbook: respondToFinding,
    policy: respondPolicy({
      ...{ partition: "aws", accountId: "ACCOUNT", regions: ["REGION"] },
      ...{ containDocument: runbook.name, containRole: "ROLE", topic: "TOPIC" },
    }),
  },
  {
    runbook: protectEvidence,
    policy: protectPolicy({ partition: "aws", accountId: "ACCOUNT", roles: ["ROLE"] }),
  },
];

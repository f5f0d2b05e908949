import { CfnOutput, type Stack } from "aws-cdk-lib";
import { type Config, protectRoleName } from "../../common/config.ts";
import type { VersionedDocument } from "../../common/document.ts";
import { protectEvidence } from "../../document/protect/runbook.ts";
import { evidencePolicy } from "../policies.ts";
import { document } from "./document.ts";
import { here, makeRole, systemsManager } from "./roles.ts";

/**
 * ProtectStack: the document that protects evidence in one Region; in the first Region also the role that it acts as,
 * since the containment's role has no more than the seed article lists.
 *
 * @param regions all Regions of the deployment, the first one first
 */
export function protectStack(
  stack: Stack,
  config: Config,
  published: VersionedDocument,
  regions: readonly string[],
): void {
  const made = document(stack, protectEvidence.name, published);
  new CfnOutput(stack, "DocumentName", { value: made.ref });
  if (stack.region !== regions[0]) return;
  const role = makeRole(stack, config, "ProtectRole", {
    name: protectRoleName(config),
    description: `What ${protectEvidence.name} may do in this account`,
    trusts: systemsManager(),
    granted: { Runbook: evidencePolicy(config, regions, here) },
  });
  new CfnOutput(stack, "ProtectRoleArn", {
    description: "The value for the parameter AutomationAssumeRole",
    value: role.roleArn,
  });
}

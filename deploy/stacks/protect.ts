import { CfnOutput, type Stack } from "aws-cdk-lib";
import * as iam from "aws-cdk-lib/aws-iam";
import { type Config, protectRoleName } from "../../common/config.ts";
import type { VersionedDocument } from "../../common/document.ts";
import { protectEvidence } from "../../document/protect/runbook.ts";
import { document } from "./document.ts";
import { acknowledgeWildcards, evidencePolicy, placed, policy, systemsManager } from "./roles.ts";

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
  const granted = evidencePolicy(config, regions);
  const role = new iam.Role(stack, "ProtectRole", {
    ...placed(stack, config, protectRoleName(config)),
    description: `What ${protectEvidence.name} may do in this account`,
    assumedBy: systemsManager(),
    inlinePolicies: { Runbook: policy(granted) },
  });
  acknowledgeWildcards(role, granted);
  new CfnOutput(stack, "ProtectRoleArn", {
    description: "The value for the parameter AutomationAssumeRole",
    value: role.roleArn,
  });
}

import { Aws, CfnOutput, type Stack } from "aws-cdk-lib";
import type { Config } from "../../common/config.ts";
import type { Publication } from "../../common/document.ts";
import { administrationRole, executionRole } from "./roles.ts";

/**
 * AdminStack: what the central account needs to start runs in other accounts: the administration role, and the
 * execution role for the central account itself, which a service-managed StackSet does not reach when it is the
 * management account.
 */
export function administrationStack(
  stack: Stack,
  config: Config,
  publication: Publication,
  regions: readonly string[],
): void {
  executionRole(stack, config, publication, regions, Aws.ACCOUNT_ID);
  new CfnOutput(stack, "AdministrationRoleArn", {
    description: "The value for the parameter AutomationAssumeRole of a run over several accounts",
    value: administrationRole(stack, config).roleArn,
  });
}

import { mkdirSync, writeFileSync } from "node:fs";
import { Aws, CfnStackSet, type Stack } from "aws-cdk-lib";
import { Asset } from "aws-cdk-lib/aws-s3-assets";
import { inProject } from "../../build/root.ts";
import type { Config } from "../../common/config.ts";
import type { Publication } from "../../common/document.ts";
import { contentHash } from "../../common/version.ts";
import { hasRegionalPart, stackSetName } from "../stackSets.ts";
import { memberRegionStack, memberStack, templateOf } from "./member.ts";

/** What a request may carry as a template; a longer one is passed by URL. @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html */
const DIRECT_TEMPLATE_LIMIT = 51_200;

/**
 * The rollout to the accounts of the organizational units: StackSets with service-managed permissions, so that no
 * role has to be made by hand in any account, and with automatic deployment, so that an account that joins one of
 * the units later has what it needs before its first incident.
 *
 * One StackSet makes the roles, in the first Region since roles have none; the other, where there is something to
 * make, the copy of the document and the bucket in every Region.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-orgs-manage-auto-deployment.html
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DeploymentTargets.html
 */
export function rolloutStack(
  stack: Stack,
  config: Config,
  publication: Publication,
  regions: readonly [string, ...string[]],
): void {
  const central = config.centralAccount || (stack.account as string | undefined) || Aws.ACCOUNT_ID;
  stackSet(
    stack,
    config,
    "Roles",
    [regions[0]],
    templateOf(
      "Roles",
      (member) => memberStack(member, config, publication, regions, central),
      config.tags,
    ),
  );
  if (hasRegionalPart(config))
    stackSet(
      stack,
      config,
      "Region",
      regions,
      templateOf("Region", (member) => memberRegionStack(member, config, publication), config.tags),
    );
}

function stackSet(
  stack: Stack,
  config: Config,
  part: "Roles" | "Region",
  regions: readonly string[],
  template: string,
): void {
  new CfnStackSet(stack, part, {
    stackSetName: stackSetName(stack.stackName, part),
    permissionModel: "SERVICE_MANAGED",
    callAs: config.callAs,
    autoDeployment: { enabled: true, retainStacksOnAccountRemoval: false },
    capabilities: ["CAPABILITY_NAMED_IAM"],
    // Accounts are independent: one that refuses must not keep the others from being prepared. The deployer lists those that failed.
    operationPreferences: {
      failureTolerancePercentage: 100,
      maxConcurrentPercentage: 100,
      regionConcurrencyType: "PARALLEL",
    },
    managedExecution: { Active: true },
    stackInstancesGroup: [
      {
        deploymentTargets: {
          organizationalUnitIds: [...config.organizationalUnits],
          // StackSets leave out the management account by themselves, and no other. The account that deploys has
          // the same roles, document and bucket from stacks of its own: a second one of a name can't be made.
          ...(config.callAs === "DELEGATED_ADMIN"
            ? { accounts: [stack.account], accountFilterType: "DIFFERENCE" }
            : {}),
        },
        regions: [...regions],
      },
    ],
    ...(Buffer.byteLength(template) <= DIRECT_TEMPLATE_LIMIT
      ? { templateBody: template }
      : { templateUrl: upload(stack, part, template) }),
  });
}

function upload(stack: Stack, part: string, template: string): string {
  const path = inProject("dist", "stacksets", `${contentHash(template)}.json`);
  mkdirSync(inProject("dist", "stacksets"), { recursive: true });
  writeFileSync(path, template);
  return new Asset(stack, `${part}Template`, { path }).httpUrl;
}

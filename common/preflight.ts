import {
  DescribeStackResourceCommand,
  DescribeStacksCommand,
} from "@aws-sdk/client-cloudformation";
import {
  DescribeOrganizationalUnitCommand,
  ListRootsCommand,
  paginateListAWSServiceAccessForOrganization,
} from "@aws-sdk/client-organizations";
import { HeadBucketCommand } from "@aws-sdk/client-s3";
import { GetParameterCommand } from "@aws-sdk/client-ssm";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { cloudFormation, organizations, s3, ssm, sts } from "./clients.ts";
import { type Config, stackName, stackNames, templateBucketName } from "./config.ts";
import { Problem } from "./problem.ts";
import { describe } from "./published.ts";

/** The service principal by which an organization trusts StackSets. @see https://docs.aws.amazon.com/organizations/latest/userguide/services-that-can-integrate-cloudformation.html */
const STACKSETS = "member.org.stacksets.cloudformation.amazonaws.com";

/**
 * The account that the credentials belong to.
 *
 * @param abortSignal ends the asking: where a network has no way to STS, it would take minutes
 */
export async function callerAccount(region: string, abortSignal?: AbortSignal): Promise<string> {
  const { Account } = await sts(region).send(
    new GetCallerIdentityCommand({}),
    abortSignal === undefined ? {} : { abortSignal },
  );
  if (!Account) throw new Error("STS named no account.");
  return Account;
}

/**
 * The CDK bootstrap stack must be there before anything starts: a template with the runbook's text in it is over
 * the 51,200 bytes that CloudFormation takes directly, and so goes through the bootstrap bucket.
 *
 * @throws Problem with the command that bootstraps
 * @see https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-env.html
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
 */
export async function assertBootstrapped(account: string, region: string): Promise<void> {
  try {
    await ssm(region).send(new GetParameterCommand({ Name: "/cdk-bootstrap/hnb659fds/version" }));
  } catch (error) {
    if (!(error instanceof Error && error.name === "ParameterNotFound")) throw error;
    throw new Problem(
      `Account ${account} is not prepared for CDK in ${region}, and the template is too large to go without (over 51,200 bytes with the runbook in it).`,
      `Run once: npx cdk bootstrap aws://${account}/${region}. Where that may not be: -c templateBucket=NAME with a bucket of your own to upload templates to, or npm run publish (docs/deploy.md, Without CloudFormation).`,
      { cause: error },
    );
  }
}

/**
 * The bucket that templates are uploaded to must be there, since nothing makes it.
 *
 * @throws Problem that names it
 */
export async function assertTemplateBucket(
  config: Config,
  account: string,
  region: string,
): Promise<void> {
  const name = templateBucketName(config, account, region);
  try {
    await s3(region).send(new HeadBucketCommand({ Bucket: name, ExpectedBucketOwner: account }));
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new Problem(
      `The bucket ${name} for the templates can't be used (${error.name}): it is not there, not one of account ${account}, or you may not list it.`,
      "Make a private bucket, name another one in contain:templateBucket, or ask for s3:ListBucket on it (docs/deploy.md has all that an upload needs).",
      { cause: error },
    );
  }
}

/**
 * The document's name must be free, or be that of this deployment's own stack; and the stack's name must not be
 * that of another document's, which an update would replace (names that differ in `.`, `_` and `-` alone share one).
 *
 * @throws Problem for a document that came about otherwise, or a stack that has another
 */
export async function assertNameIsOurs(config: Config, region: string): Promise<void> {
  const { documentName: name } = config;
  const owned = await documentOfStack(stackName(config), region);
  if (owned === name) return;
  if (owned !== undefined)
    throw new Problem(
      `The stack ${stackName(config)} in ${region} has the document ${owned}, which a deployment of ${name} would delete.`,
      "Choose another name (-c documentName=…).",
    );
  if ((await describe(ssm(region), name)) === undefined) return;
  throw new Problem(
    `There is a document ${name} in ${region} already that the stack ${stackName(config)} did not make.`,
    "Choose another name (-c documentName=…), delete that document, or, if it is an earlier publication of this runbook, add a version to it with npm run publish.",
  );
}

/** The name of the document that a stack has made; undefined where there is no stack, or no document in it. */
async function documentOfStack(stack: string, region: string): Promise<string | undefined> {
  try {
    const { StackResourceDetail } = await cloudFormation(region).send(
      new DescribeStackResourceCommand({ StackName: stack, LogicalResourceId: "Document" }),
    );
    // The stack of a creation that was put back still tells of what it had.
    return StackResourceDetail?.ResourceStatus === "DELETE_COMPLETE"
      ? undefined
      : StackResourceDetail?.PhysicalResourceId;
  } catch (error) {
    if (error instanceof Error && error.name === "ValidationError") return undefined;
    throw error;
  }
}

/**
 * What earlier deployments made and these settings do not name: it is easily forgotten where it was given as -c.
 * Other stacks stay as they are, and members with them; a bucket falls out of its stack, is kept, and can't be taken
 * into the stack again.
 *
 * @returns a sentence for each
 */
export async function leftUnmanaged(
  config: Config,
  regions: readonly [string, ...string[]],
): Promise<readonly string[]> {
  const names = stackNames(config);
  const found: string[] = [];
  for (const region of config.backupBucket ? [] : regions) {
    const bucket = (await outputsOf(names.runbook, region))?.get("BackupBucketName");
    if (bucket !== undefined)
      found.push(
        `${region}: the stack ${names.runbook} gives up the bucket ${bucket}, which is kept but can't be taken in again: -c backupBucket=true leaves it there.`,
      );
  }
  const others = [
    [names.administration, config.administration, "administration=true"],
    [names.rollout, config.organizationalUnits.length > 0, "organizationalUnits=…"],
    [names.respond, config.respondApprovers.length > 0, "respondApprovers=…"],
    [names.protect, config.protect, "protect=true"],
  ] as const;
  for (const [stack, wanted, setting] of others)
    if (!wanted && (await outputsOf(stack, regions[0])) !== undefined)
      found.push(
        `${regions[0]}: the stack ${stack} stays as it is, with what it made: -c ${setting} brings it up to date.`,
      );
  return found;
}

/** The outputs of a stack by name; undefined where there is no such stack. */
async function outputsOf(
  stack: string,
  region: string,
): Promise<ReadonlyMap<string, string> | undefined> {
  try {
    const { Stacks } = await cloudFormation(region).send(
      new DescribeStacksCommand({ StackName: stack }),
    );
    return new Map(
      (Stacks?.[0]?.Outputs ?? []).map(({ OutputKey, OutputValue }) => [
        OutputKey ?? "",
        OutputValue ?? "",
      ]),
    );
  } catch (error) {
    if (error instanceof Error && error.name === "ValidationError") return undefined;
    throw error;
  }
}

/**
 * StackSets must be trusted in the organization, and its units must exist, before a rollout to them starts.
 *
 * @throws Problem with the command that switches trusted access on, or naming the unit
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-orgs-activate-trusted-access.html
 */
export async function assertRolloutPossible(config: Config, region: string): Promise<void> {
  if (config.organizationalUnits.length === 0) return;
  const client = organizations(region);
  const trusted = new Set<string>();
  for await (const page of paginateListAWSServiceAccessForOrganization({ client }, {}))
    for (const service of page.EnabledServicePrincipals ?? [])
      trusted.add(service.ServicePrincipal ?? "");
  if (!trusted.has(STACKSETS))
    throw new Problem(
      "The organization does not trust StackSets, so nothing can be rolled out to its accounts.",
      `In the management account, run once: aws cloudformation activate-organizations-access --region ${region}`,
    );
  for (const unit of config.organizationalUnits) {
    const exists = unit.startsWith("r-")
      ? (await client.send(new ListRootsCommand({}))).Roots?.some((root) => root.Id === unit)
      : await client
          .send(new DescribeOrganizationalUnitCommand({ OrganizationalUnitId: unit }))
          .then(
            () => true,
            (error: unknown) => {
              if (error instanceof Error && error.name === "OrganizationalUnitNotFoundException")
                return false;
              throw error;
            },
          );
    if (!exists)
      throw new Problem(
        `The organization has no unit ${unit}.`,
        "List the units: aws organizations list-organizational-units-for-parent --parent-id r-….",
      );
  }
}

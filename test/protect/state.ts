/** How an instance's protections stand, read by the test itself and never taken from a report. */
import { DescribeAddressesCommand, DescribeInstanceAttributeCommand } from "@aws-sdk/client-ec2";
import { GetRolePolicyCommand, ListRolePoliciesCommand } from "@aws-sdk/client-iam";
import type { TestAccount } from "../account/testAccount.ts";
import { describeInstance, instanceRole } from "./account.ts";

/** What is not protected, as `KIND what`. */
export async function unprotected(
  account: TestAccount,
  role: string = instanceRole,
): Promise<readonly string[]> {
  const { ec2, instanceId: InstanceId, interfaceIds } = account;
  const [protection, behavior] = await Promise.all(
    (["disableApiTermination", "instanceInitiatedShutdownBehavior"] as const).map((Attribute) =>
      ec2.send(new DescribeInstanceAttributeCommand({ InstanceId, Attribute })),
    ),
  );
  const { BlockDeviceMappings = [] } = await describeInstance(account);
  const { Addresses = [] } = await ec2.send(new DescribeAddressesCommand({}));
  return [
    ...(protection?.DisableApiTermination?.Value === true ? [] : ["TerminationProtection off"]),
    ...(behavior?.InstanceInitiatedShutdownBehavior?.Value === "stop"
      ? []
      : ["StopOnShutdown terminate"]),
    ...BlockDeviceMappings.filter(({ Ebs }) => Ebs?.DeleteOnTermination !== false).map(
      ({ DeviceName }) => `KeepVolumes ${DeviceName}`,
    ),
    ...Addresses.filter((one) => interfaceIds.includes(one.NetworkInterfaceId ?? "")).map(
      ({ AllocationId }) => `DisassociateElasticIps ${AllocationId}`,
    ),
    ...((await revoked(account, role)) ? [] : [`RevokeSessions ${role}`]),
  ];
}

/** Whether a policy of the document's name denies everything to older sessions of the instance's role. */
async function revoked({ iam }: TestAccount, RoleName: string): Promise<boolean> {
  for (const PolicyName of await ownPolicies({ iam }, RoleName)) {
    const { PolicyDocument = "" } = await iam.send(
      new GetRolePolicyCommand({ RoleName, PolicyName }),
    );
    if (
      /"Deny".*"\*".*"\*".*DateLessThan.*aws:TokenIssueTime/.test(
        decodeURIComponent(PolicyDocument),
      )
    )
      return true;
  }
  return false;
}

/** The inline policies of the instance's role that the document makes. */
export async function ownPolicies(
  { iam }: Pick<TestAccount, "iam">,
  RoleName: string = instanceRole,
): Promise<readonly string[]> {
  const { PolicyNames = [] } = await iam.send(new ListRolePoliciesCommand({ RoleName }));
  return PolicyNames.filter((name) => name.startsWith("ProtectEC2Evidence-"));
}

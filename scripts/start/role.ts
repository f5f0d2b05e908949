import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { type Access, clientOptions } from "automation-emulator/sample/account";
import { rolePolicy } from "../../document/policy.ts";

/** Makes the role that the runbook acts as, with the generated least policy; its ARN. */
export async function makeRole(
  access: Access,
  permissions: Readonly<Record<string, readonly string[]>>,
): Promise<string> {
  const iam = new IAMClient(clientOptions(access));
  const RoleName = "ContainEC2Instance";
  const trust = {
    Effect: "Allow",
    Principal: { Service: "ssm.amazonaws.com" },
    Action: "sts:AssumeRole",
    Condition: { StringEquals: { "aws:SourceAccount": access.accountId } },
  };
  await iam.send(
    new CreateRoleCommand({
      RoleName,
      AssumeRolePolicyDocument: policy([trust]),
    }),
  );
  const granted = rolePolicy(permissions, { partition: "aws", accountId: access.accountId });
  await iam.send(
    new PutRolePolicyCommand({
      RoleName,
      PolicyName: "contain-and-release",
      PolicyDocument: policy(granted.map(({ statement }) => statement)),
    }),
  );
  return `arn:aws:iam::${access.accountId}:role/${RoleName}`;
}

const policy = (statements: readonly object[]): string =>
  JSON.stringify({ Version: "2012-10-17", Statement: statements });

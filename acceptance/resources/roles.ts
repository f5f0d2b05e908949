import {
  AddRoleToInstanceProfileCommand,
  AttachRolePolicyCommand,
  CreateInstanceProfileCommand,
  CreateRoleCommand,
  PutRolePolicyCommand,
} from "@aws-sdk/client-iam";
import { partitionOf } from "automation-language/arn";
import { declaredPermissions } from "../../document/permissions.ts";
import { rolePolicy } from "../../document/policy.ts";
import { automationsOf, SYSTEMS_MANAGER } from "../../document/trust.ts";
import { nameOf, RUN_TAG, type Run, tagsOf } from "../run.ts";

/** The runbook's role, with the policy that a deployment gives it; its ARN. */
export const runbookRole = (run: Run): Promise<string> =>
  role(
    run,
    "runbook",
    rolePolicy(declaredPermissions, {
      partition: partitionOf(run.region),
      accountId: run.account,
      regions: [run.region],
      buckets: [nameOf(run.id, "*")],
    }).map(({ statement }) => statement),
  );

/** The role that the probes' own documents act as; its ARN. */
export const probeRole = (run: Run): Promise<string> => role(run, "probes", probePolicy(run));

/** What the probes' documents may do, and to the run's own resources only. */
function probePolicy({ id, account, region }: Run): readonly object[] {
  const partition = partitionOf(region);
  const arn = (service: string, rest: string, owner = account): string =>
    `arn:${partition}:${service}:${region}:${owner}:${rest}`;
  const ours = { StringEquals: { [`aws:ResourceTag/${RUN_TAG}`]: id } };
  const allow = (Action: readonly string[], Resource: readonly string[], Condition?: object) => ({
    Effect: "Allow",
    Action,
    Resource,
    ...(Condition && { Condition }),
  });
  return [
    allow(["s3:PutObject"], [`arn:${partition}:s3:::${nameOf(id, "*")}`]),
    // The tag of a new group is what the probe of fresh tags asks for: no other statement may let it in.
    allow(["ec2:CreateSecurityGroup"], [arn("ec2", "vpc/*")], ours),
    allow(["ec2:CreateSecurityGroup"], [arn("ec2", "security-group/*")], {
      StringEquals: { [`aws:RequestTag/${RUN_TAG}`]: id },
    }),
    allow(["ec2:CreateTags"], [arn("ec2", "security-group/*")], {
      StringEquals: { "ec2:CreateAction": "CreateSecurityGroup" },
    }),
    allow(
      ["ec2:AuthorizeSecurityGroupIngress", "ec2:DeleteSecurityGroup"],
      [arn("ec2", "security-group/*")],
      ours,
    ),
    allow(["ssm:SendCommand"], [arn("ec2", "instance/*")], {
      StringEquals: { [`ssm:resourceTag/${RUN_TAG}`]: id },
    }),
    allow(["ssm:SendCommand"], [arn("ssm", "document/AWS-RunShellScript", "")]),
    allow(
      [
        "ssm:DescribeInstanceInformation",
        "ssm:GetCommandInvocation",
        "ssm:ListCommandInvocations",
        "ssm:ListCommands",
      ],
      ["*"],
    ),
    allow(
      ["ssm:StartAutomationExecution"],
      [
        arn("ssm", `automation-definition/${nameOf(id, "*")}`),
        arn("ssm", `document/${nameOf(id, "*")}`),
        arn("ssm", "automation-execution/*"),
      ],
    ),
    allow(["ssm:GetAutomationExecution"], [arn("ssm", "automation-execution/*")]),
    allow(["iam:PassRole"], [`arn:${partition}:iam::${account}:role/${nameOf(id, "probes")}`]),
  ];
}

/** Looks until the policies of a new role hold. @see https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency */
const SETTLE = 8;

/** A role that Systems Manager alone may assume, as a deployment's. */
const role = (run: Run, what: string, statements: readonly object[]): Promise<string> =>
  run.once(`role ${what}`, () =>
    run.registry.named("role", nameOf(run.id, what), async (RoleName) => {
      const made = await run.clients.iam.send(
        new CreateRoleCommand({
          RoleName,
          Tags: tagsOf(run),
          AssumeRolePolicyDocument: policy([
            {
              Effect: "Allow",
              Principal: { Service: SYSTEMS_MANAGER },
              Action: "sts:AssumeRole",
              Condition: automationsOf(partitionOf(run.region), run.account),
            },
          ]),
        }),
      );
      await run.clients.iam.send(
        new PutRolePolicyCommand({
          RoleName,
          PolicyName: "acceptance",
          PolicyDocument: policy(statements),
        }),
      );
      await run.wait(SETTLE);
      return made.Role?.Arn ?? "";
    }),
  );

const policy = (statements: readonly object[]): string =>
  JSON.stringify({ Version: "2012-10-17", Statement: statements });

/** The instance profile by which Run Command reaches the instances; its name. */
export const instanceProfile = (run: Run): Promise<string> =>
  run.once("profile", async () => {
    const { iam } = run.clients;
    const name = nameOf(run.id, "instances");
    const trust = {
      Effect: "Allow",
      Principal: { Service: "ec2.amazonaws.com" },
      Action: "sts:AssumeRole",
    };
    await run.registry.named("role", name, (RoleName) =>
      iam.send(
        new CreateRoleCommand({
          RoleName,
          Tags: tagsOf(run),
          AssumeRolePolicyDocument: policy([trust]),
        }),
      ),
    );
    await iam.send(
      new AttachRolePolicyCommand({
        RoleName: name,
        PolicyArn: `arn:${partitionOf(run.region)}:iam::aws:policy/AmazonSSMManagedInstanceCore`,
      }),
    );
    await run.registry.named("profile", name, (InstanceProfileName) =>
      iam.send(new CreateInstanceProfileCommand({ InstanceProfileName, Tags: tagsOf(run) })),
    );
    await iam.send(
      new AddRoleToInstanceProfileCommand({ InstanceProfileName: name, RoleName: name }),
    );
    return name;
  });

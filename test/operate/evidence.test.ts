/** What an account is asked for what is contained in it. */
import {
  DescribeInstancesCommand,
  DescribeNetworkInterfacesCommand,
  DescribeSecurityGroupsCommand,
  DescribeTagsCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import { S3Client } from "@aws-sdk/client-s3";
import {
  type AutomationExecutionMetadata,
  DescribeAutomationExecutionsCommand,
  SSMClient,
} from "@aws-sdk/client-ssm";
import { expect, it } from "vitest";
import { readEvidence } from "../../operate/contained/evidence.ts";
import { judge } from "../../operate/contained/judge.ts";

const region = "us-east-1";
const INSTANCE = "i-0123456789abcdef0";
const RUN = "01234567-89ab-4cde-8f01-000000000001";

/** A run that isolated the instance, of a document with this name or ARN. */
const runOf = (DocumentName: string): AutomationExecutionMetadata => ({
  AutomationExecutionId: RUN,
  DocumentName,
  AutomationExecutionStatus: "Success",
  Outputs: {
    "verdict.Json": [
      JSON.stringify({
        Title: `CONTAINED: ${INSTANCE} in 444455556666, ${region}, execution ${RUN}`,
        Backup: [`s3://evidence/2026/01/31/12/01/${RUN}.${"a".repeat(64)}.json`],
      }),
    ],
  },
});

/** An account with such runs, and an instance from which somebody took the runbook's groups and tags. */
function clientsWith(runs: readonly AutomationExecutionMetadata[]) {
  const instance = {
    InstanceId: INSTANCE,
    NetworkInterfaces: [
      { NetworkInterfaceId: "eni-1", Groups: [{ GroupId: "sg-1", GroupName: "web" }] },
    ],
  };
  const answer = async (command: unknown): Promise<unknown> => {
    if (command instanceof DescribeInstancesCommand)
      return { Reservations: [{ Instances: [instance] }] };
    if (command instanceof DescribeSecurityGroupsCommand) return { SecurityGroups: [] };
    if (command instanceof DescribeNetworkInterfacesCommand) return { NetworkInterfaces: [] };
    if (command instanceof DescribeTagsCommand) return { Tags: [] };
    if (!(command instanceof DescribeAutomationExecutionsCommand))
      throw new Error("This call is not expected.");
    const [{ Key = "", Values = [] } = {}] = command.input.Filters ?? [];
    expect(Key).toBe("DocumentNamePrefix");
    return {
      AutomationExecutionMetadataList: runs.filter(({ DocumentName = "" }) =>
        Values.some((prefix) => DocumentName.startsWith(prefix)),
      ),
    };
  };
  return {
    ec2: Object.assign(new EC2Client({ region }), { send: answer }),
    s3: Object.assign(new S3Client({ region }), { send: answer }),
    ssm: Object.assign(new SSMClient({ region }), { send: answer }),
  };
}

it.each<[string, string, readonly string[]]>([
  ["the account's own", "ContainEC2Instance", ["not contained"]],
  [
    "one that another account shares",
    "arn:aws:ssm:us-east-1:111122223333:document/ContainEC2Instance",
    ["not contained"],
  ],
  ["another one that is shared", "arn:aws:ssm:us-east-1:111122223333:document/PatchEverything", []],
])("finds what a run of the document contained where nothing else tells it: %s", async (...row) => {
  const [, name, states] = row;
  const place = { account: undefined, region };
  const found = judge(
    await readEvidence(clientsWith([runOf(name)]), place, "ContainEC2Instance"),
    new Date(),
  );
  expect(found.map(({ state }) => state)).toEqual(states);
  for (const { problems } of found)
    expect(problems.join()).toContain("somebody has given it other groups since");
});

/** What an account is asked for what is contained in it. */
import {
  DescribeInstancesCommand,
  DescribeNetworkInterfacesCommand,
  DescribeSecurityGroupsCommand,
  DescribeTagsCommand,
  EC2Client,
  type SecurityGroup,
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

const KEY = `2026/01/31/12/01/${RUN}.${"a".repeat(64)}.json`;

/** A run that isolated the instance, of a document with this name or ARN. */
const runOf = (DocumentName: string): AutomationExecutionMetadata => ({
  AutomationExecutionId: RUN,
  DocumentName,
  AutomationExecutionStatus: "Success",
  Outputs: {
    "verdict.Json": [
      JSON.stringify({
        Title: `CONTAINED: ${INSTANCE} in 444455556666, ${region}, execution ${RUN}`,
        Backup: [`s3://evidence/${KEY}`],
      }),
    ],
  },
});

/** An account with such runs, and an instance that is on this group; none: somebody took the runbook's off. */
function clientsWith(runs: readonly AutomationExecutionMetadata[], group?: SecurityGroup) {
  const on = group ?? { GroupId: "sg-9", GroupName: "web" };
  const attached = {
    NetworkInterfaceId: "eni-1",
    Groups: [on],
    Attachment: { InstanceId: INSTANCE },
  };
  const instance = { InstanceId: INSTANCE, NetworkInterfaces: [attached] };
  const answer = async (command: unknown): Promise<unknown> => {
    if (command instanceof DescribeInstancesCommand)
      return { Reservations: [{ Instances: [instance] }] };
    if (command instanceof DescribeSecurityGroupsCommand)
      return { SecurityGroups: group ? [group] : [] };
    if (command instanceof DescribeNetworkInterfacesCommand)
      return { NetworkInterfaces: group ? [attached] : [] };
    if (command instanceof DescribeTagsCommand) return { Tags: [] };
    if (!(command instanceof DescribeAutomationExecutionsCommand))
      throw new Error("This call is not expected.");
    const [{ Key = "", Values = [] } = {}] = command.input.Filters ?? [];
    const found = runs.filter(({ DocumentName = "", AutomationExecutionId = "" }) =>
      Key === "ExecutionId"
        ? Values.includes(AutomationExecutionId)
        : Values.some((prefix) => DocumentName.startsWith(prefix)),
    );
    return { AutomationExecutionMetadataList: found };
  };
  return {
    ec2: Object.assign(new EC2Client({ region }), { send: answer }),
    s3: Object.assign(new S3Client({ region }), { send: answer }),
    ssm: Object.assign(new SSMClient({ region }), { send: answer }),
  };
}

const OWN = "ContainEC2Instance";
const shared = (owner: string, name = OWN): string =>
  `arn:aws:ssm:${region}:${owner}:document/${name}`;
const CENTRAL = "111122223333";

it.each<[string, string, string, readonly string[]]>([
  ["the account's own", OWN, "", ["not contained"]],
  ["one that another account shares", shared(CENTRAL), "", ["not contained"]],
  ["one that the central account shares", shared(CENTRAL), CENTRAL, ["not contained"]],
  ["one that another account shares than the central one", shared("999999999999"), CENTRAL, []],
  ["another one that is shared", shared(CENTRAL, "PatchEverything"), "", []],
  ["one whose name goes on", `${OWN}2`, "", []],
])("finds what a run of the document contained where nothing else tells it: %s", async (...row) => {
  const [, name, centralAccount, states] = row;
  const place = { account: undefined, region };
  const runbook = { documentName: OWN, centralAccount };
  const found = judge(await readEvidence(clientsWith([runOf(name)]), place, runbook), new Date());
  expect(found.map(({ state }) => state)).toEqual(states);
  for (const { problems } of found)
    expect(problems.join()).toContain("somebody has given it other groups since");
});

it.each([
  [OWN, "contained"],
  ["Forged", "NOT CONFIRMED"],
])(
  "a group is confirmed by the execution that it names, if that is of the runbook: %s",
  async (...row) => {
    const [name, state] = row;
    const group = {
      GroupId: "sg-1",
      GroupName: `ContainEC2Instance-containment-${INSTANCE}-${RUN}`,
      Description: KEY,
    };
    const clients = clientsWith([{ ...runOf(name), ExecutionStartTime: new Date() }], group);
    const runbook = { documentName: OWN, centralAccount: "" };
    const place = { account: undefined, region };
    const found = judge(await readEvidence(clients, place, runbook), new Date("2026-02-01"));
    expect(found.map((each) => each.state)).toEqual([state]);
  },
);

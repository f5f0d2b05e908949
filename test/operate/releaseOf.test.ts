/** What `--of` says of a group that looks like a later containment of the instance. */
import {
  DescribeNetworkInterfacesCommand,
  DescribeSecurityGroupsCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import { S3Client } from "@aws-sdk/client-s3";
import {
  type AutomationExecution,
  DescribeAutomationExecutionsCommand,
  DescribeAutomationStepExecutionsCommand,
  GetAutomationExecutionCommand,
  SSMClient,
} from "@aws-sdk/client-ssm";
import { describe, expect, it } from "vitest";
import { homeWith } from "../../operate/places.ts";
import { releasesOf } from "../../operate/releaseOf.ts";

const region = "us-east-1";
const INSTANCE = "i-0123456789abcdef0";
const RUN = "01234567-89ab-4cde-8f01-000000000001";
const LATER = "01234567-89ab-4cde-8f01-000000000002";
const keyOf = (execution: string): string => `2026/01/31/12/01/${execution}.${"a".repeat(64)}.json`;

const executionOf = (id: string, DocumentName: string, minute: number) => ({
  AutomationExecutionId: id,
  DocumentName,
  AutomationExecutionStatus: "Success",
  ExecutionStartTime: new Date(2026, 1, 1, 0, minute),
  Outputs: {
    "verdict.Json": [
      JSON.stringify({
        Title: `CONTAINED: ${INSTANCE} in 111122223333, ${region}, execution ${id}`,
        Backup: [`s3://evidence/${keyOf(id)}`],
      }),
    ],
  },
});

/** An account whose instance RUN contained, on the group of LATER, of which this is what can be read. */
const homeWhere = (later: Error | ReturnType<typeof executionOf>) => {
  const execution = executionOf(RUN, "ContainEC2Instance", 1);
  const group = {
    GroupId: "sg-2",
    GroupName: `ContainEC2Instance-containment-${INSTANCE}-${LATER}`,
    Description: keyOf(LATER),
  };
  const networkInterface = {
    NetworkInterfaceId: "eni-1",
    Groups: [{ GroupId: "sg-2" }],
    Attachment: { InstanceId: INSTANCE },
  };
  const answer = async (command: unknown): Promise<unknown> => {
    if (command instanceof DescribeSecurityGroupsCommand) return { SecurityGroups: [group] };
    if (command instanceof DescribeNetworkInterfacesCommand)
      return { NetworkInterfaces: [networkInterface] };
    if (command instanceof GetAutomationExecutionCommand) {
      if (command.input.AutomationExecutionId === RUN) return { AutomationExecution: execution };
      if (later instanceof Error) throw later;
      return { AutomationExecution: later };
    }
    throw new Error("This call is not expected.");
  };
  const clients = {
    ec2: Object.assign(new EC2Client({ region }), { send: answer }),
    s3: Object.assign(new S3Client({ region }), { send: answer }),
    ssm: Object.assign(new SSMClient({ region }), { send: answer }),
  };
  return homeWith(clients, region);
};

it.each<[string, string, RegExp]>([
  ["AutomationExecutionNotFoundException", "gone", /, and no execution confirms that: the runbook/],
  ["ValidationException", "no id", /, and no execution confirms that: the runbook/],
  ["AccessDeniedException", "no", /; its execution can't be read: AWS refused the call: no .* The/],
  [
    "ThrottlingException",
    "slow",
    /; its execution can't be read: AWS is throttling .* The runbook/,
  ],
  ["TypeError", "a defect", /; its execution can't be read: a defect The runbook decides\.$/],
])(
  "a later containment whose execution fails with %s is told to be unconfirmed only where there is no such execution",
  async (name, message, said) => {
    const { releases, notes } = await releasesOf(
      homeWhere(Object.assign(new Error(message), { name })),
      [RUN],
    );
    expect(releases.map(({ key }) => key)).toEqual([keyOf(RUN)]);
    expect(notes).toEqual([expect.stringMatching(said)]);
    expect(notes[0]).toContain(`${INSTANCE} is on sg-2 (ContainEC2Instance-containment-`);
  },
);

it.each([
  ["ContainEC2Instance", [], /contained again since, by the execution .*0002/],
  ["Forged", [keyOf(RUN)], /no execution confirms that: the runbook decides/],
])(
  "a later containment counts only where its execution is of the same document: %s",
  async (...row) => {
    const [document, keys, said] = row;
    const found = await releasesOf(homeWhere(executionOf(LATER, document, 2)), [RUN]);
    expect(found.releases.map(({ key }) => key)).toEqual(keys);
    expect([...found.left.map(({ why }) => why), ...found.notes].join()).toMatch(said);
  },
);

it("runs in this account and runs for accounts, which act by different roles, are refused together", async () => {
  const answer = async (command: unknown): Promise<unknown> => {
    const target = { Accounts: ["444455556666"], Regions: [region] };
    if (command instanceof DescribeAutomationStepExecutionsCommand)
      return { StepExecutions: [{ TargetLocation: target, Outputs: { ExecutionId: [LATER] } }] };
    if (command instanceof DescribeSecurityGroupsCommand) return { SecurityGroups: [] };
    if (!(command instanceof GetAutomationExecutionCommand)) throw new Error("Not expected.");
    const id = command.input.AutomationExecutionId ?? "";
    const execution = executionOf(id, "ContainEC2Instance", 1);
    const over = id === OVER ? { TargetLocations: [target] } : {};
    return { AutomationExecution: { ...execution, ...over } };
  };
  const OVER = "01234567-89ab-4cde-8f01-000000000003";
  const of = <T extends object>(client: T): T => Object.assign(client, { send: answer });
  const clients = { ec2: of(new EC2Client({ region })), s3: of(new S3Client({ region })) };
  const home = homeWith({ ...clients, ssm: of(new SSMClient({ region })) }, region);
  for (const id of [RUN, OVER]) expect((await releasesOf(home, [id])).releases).toHaveLength(1);
  await expect(releasesOf(home, [RUN, OVER])).rejects.toThrow(/they act by different roles/);
});

describe("a run that names no backup", () => {
  const OTHER = "i-0fedcba9876543210";
  const titled = (title: string, instance = INSTANCE) => ({
    "verdict.Json": [
      JSON.stringify({
        Title: `${title}: ${instance} in 111122223333, ${region}, execution ${RUN}`,
      }),
    ],
  });
  const failed = titled("CONTAINMENT FAILED; the instance is NOT isolated as asked", OTHER);
  const homeOf = (children: readonly AutomationExecution[] | undefined, Outputs = {}) => {
    const answer = async (command: unknown): Promise<unknown> => {
      if (command instanceof DescribeAutomationExecutionsCommand)
        return { AutomationExecutionMetadataList: children };
      if (command instanceof DescribeSecurityGroupsCommand) return { SecurityGroups: [] };
      const execution: AutomationExecution = {
        ...{ AutomationExecutionId: RUN, DocumentName: "ContainEC2Instance", Outputs },
        AutomationExecutionStatus: "TimedOut",
        ...(children && { Targets: [{ Key: "tag:Incident", Values: ["1"] }] }),
      };
      return { AutomationExecution: execution };
    };
    const of = <T extends object>(client: T): T => Object.assign(client, { send: answer });
    const clients = { ec2: of(new EC2Client({ region })), s3: of(new S3Client({ region })) };
    return homeWith({ ...clients, ssm: of(new SSMClient({ region })) }, region);
  };

  it.each<[string, object, RegExp]>([
    ["without a report", {}, /ended as TimedOut without a report: what it contained is not known/],
    ["whose report says that it failed", failed, /wrote no backup: it contained nothing/],
  ])("%s is refused in words that are so", async (_, outputs, words) => {
    await expect(releasesOf(homeOf(undefined, outputs), [RUN])).rejects.toThrow(words);
  });

  it("among others is left out, and not said to have contained nothing where it broke off", async () => {
    const child = (number: number, Outputs: Record<string, string[]>): AutomationExecution => ({
      AutomationExecutionId: `${RUN.slice(0, -1)}${number}`,
      AutomationExecutionStatus: "Failed",
      ...({ Target: `i-0000000000000000${number}` } as object),
      Outputs,
    });
    const key = [`s3://evidence/${keyOf(RUN)}`];
    const whole = JSON.parse(titled("CONTAINED")["verdict.Json"][0] ?? "");
    const contained = { "verdict.Json": [JSON.stringify({ ...whole, Backup: key })] };
    const { left } = await releasesOf(
      homeOf([child(3, contained), child(4, {}), child(5, failed)]),
      [RUN],
    );
    expect(left).toEqual([
      { what: "i-00000000000000004", why: expect.stringMatching(/may have contained it all the/) },
      { what: OTHER, why: expect.stringMatching(/^it was not contained by this run/) },
    ]);
  });
});

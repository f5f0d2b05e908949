/** What is read of a run over accounts and Regions, as its steps say more or less. */
import { EC2Client } from "@aws-sdk/client-ec2";
import { S3Client } from "@aws-sdk/client-s3";
import {
  type AutomationExecution,
  DescribeAutomationExecutionsCommand,
  DescribeAutomationStepExecutionsCommand,
  GetAutomationExecutionCommand,
  SSMClient,
  type StepExecution,
} from "@aws-sdk/client-ssm";
import { expect, it } from "vitest";
import { readCase } from "../../operate/case.ts";
import { placeName } from "../../operate/places.ts";

const region = "us-east-1";
const PARENT = "01234567-89ab-4cde-8f01-000000000000";
const [ONE, TWO] = ["444455556666", "777788889999"];

/** An execution over two accounts, with these steps; in each account it has started as many others as it is said. */
const read = (steps: readonly StepExecution[], started: Readonly<Record<string, number>>) => {
  const clientsIn = (account = "own") => {
    const children = Array.from({ length: started[account] ?? 0 }, (_, at) => ({
      AutomationExecutionId: `${account}-${at}`,
      AutomationExecutionStatus: "Success" as const,
      Parameters: { InstanceId: [`i-${account}-${at}`] },
    }));
    const answer = async (command: unknown): Promise<unknown> => {
      if (command instanceof DescribeAutomationStepExecutionsCommand)
        return { StepExecutions: steps };
      if (command instanceof DescribeAutomationExecutionsCommand)
        return { AutomationExecutionMetadataList: children };
      if (!(command instanceof GetAutomationExecutionCommand)) throw new Error("Not expected.");
      const id = command.input.AutomationExecutionId;
      const parent: AutomationExecution = {
        AutomationExecutionId: PARENT,
        AutomationExecutionStatus: "Success",
        TargetLocations: [{ Accounts: [ONE, TWO, "ou-ab12-cdefgh34"], Regions: [region] }],
      };
      const found =
        id === PARENT ? parent : children.find((each) => each.AutomationExecutionId === id);
      return { AutomationExecution: found };
    };
    const ssm = Object.assign(new SSMClient({ region }), { send: answer });
    return { ssm, ec2: new EC2Client({ region }), s3: new S3Client({ region }) };
  };
  const clientsAt = async ({ account }: { readonly account: string | undefined }) =>
    clientsIn(account);
  return readCase({ region, assumeRole: undefined, clientsAt }, PARENT);
};
const step = (account: string, more: Partial<StepExecution> = {}): StepExecution => ({
  TargetLocation: { Accounts: [account], Regions: [region] },
  StepStatus: "Success",
  ...more,
});

it.each<[string, readonly StepExecution[], Readonly<Record<string, number>>, object]>([
  [
    "each names the execution there",
    [
      step(ONE, { Outputs: { ExecutionId: [`${ONE}-1`] } }),
      step(TWO, { Outputs: { ExecutionId: [`${TWO}-0`] } }),
    ],
    { [ONE]: 2, [TWO]: 1 },
    { runs: [`i-${ONE}-1`, `i-${TWO}-0`], unread: [] },
  ],
  [
    "none names the execution: all that were started there",
    [step(ONE), step(TWO, { FailureMessage: "No role." })],
    { [ONE]: 2 },
    { runs: [`i-${ONE}-0`, `i-${ONE}-1`], unread: [`${TWO} / ${region}: No role.`] },
  ],
  [
    "none says where it is: the places of the run, and no word of what can't be read there",
    [{ StepStatus: "Success" }],
    { [ONE]: 1 },
    {
      runs: [`i-${ONE}-0`],
      unread: [
        `${TWO} / ${region}: Nothing was started.`,
        expect.stringMatching(/^ou-ab12-cdefgh34 .* does not say which accounts/),
      ],
    },
  ],
])("of its steps %s", async (_, steps, started, wanted) => {
  const { runs, unread } = await read(steps, started);
  expect({
    runs: runs.map(({ instance }) => instance),
    unread: unread.map(({ place, why }) => `${placeName(place)}: ${why}`),
  }).toEqual(wanted);
});

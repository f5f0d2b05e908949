/** An emulator in a process of its own, as a user starts it, and executions of a document with three scripts of 10 KB. */
import { createInterface } from "node:readline";
import {
  CreateDocumentCommand,
  GetAutomationExecutionCommand,
  type SSMClient,
  StartAutomationExecutionCommand,
} from "@aws-sdk/client-ssm";
import { execa } from "execa";
import { type Clients, clientsOf, makeRole } from "../../account/testAccount.ts";

const accountId = "111122223333";
const name = "Grows";

export interface RunningEmulator {
  readonly pid: number;
  readonly clients: Clients;
}

/**
 * Starts the emulator of a checkout and ends it afterwards.
 *
 * @param folder the checkout, this one or another, with its packages installed
 * @throws Error when it does not start
 */
export async function withEmulator<T>(
  folder: string,
  use: (emulator: RunningEmulator) => Promise<T>,
): Promise<T> {
  const command = ["scripts/run.mjs", "scripts/emulator.ts", "--port", "0"];
  const child = execa(process.execPath, command, {
    cwd: folder,
    reject: false,
    stdin: "ignore",
    stderr: "inherit",
    buffer: false,
  });
  try {
    const endpoint = await announced(child.stdout, folder);
    // What it prints from now on must not fill a pipe that nobody reads.
    child.stdout.resume();
    const clients = clientsOf({ endpoint, accountId, region: "us-east-1" });
    return await use({ pid: child.pid ?? 0, clients });
  } finally {
    child.kill("SIGTERM");
    await child;
  }
}

/** The first address of this machine that is printed: any version of the emulator prints its own. */
async function announced(stdout: NodeJS.ReadableStream, folder: string): Promise<string> {
  for await (const line of createInterface({ input: stdout })) {
    const endpoint = /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0];
    if (endpoint !== undefined) return endpoint;
  }
  throw new Error(`The emulator of ${folder} did not start.`);
}

/** A script of 10 KB that makes a call with its role, and tells what it found. */
const script = `import boto3

def handler(events, context):
    groups = boto3.client("ec2").describe_security_groups()["SecurityGroups"]
    return {"Groups": groups, "Text": events["Text"] * 100}

${"# What a script of this length has besides.\n".repeat(235)}`;

const step = (number: number): object => ({
  name: `script${number}`,
  action: "aws:executeScript",
  inputs: {
    Runtime: "python3.11",
    Handler: "handler",
    InputPayload: { Text: "{{ automation:EXECUTION_ID }}" },
    Script: script,
  },
  outputs: [{ Name: "Text", Selector: "$.Payload.Text", Type: "String" }],
});

/** Publishes the document, with a role that may do everything. */
export async function publish({ ssm, iam }: Clients): Promise<void> {
  const content = {
    schemaVersion: "0.3",
    assumeRole: await makeRole(iam, name),
    mainSteps: [
      step(1),
      {
        name: "look",
        action: "aws:executeAwsApi",
        inputs: { Service: "ec2", Api: "DescribeVpcs" },
        outputs: [{ Name: "Vpc", Selector: "$.Vpcs[0].VpcId", Type: "String" }],
      },
      step(2),
      step(3),
    ],
  };
  const Content = JSON.stringify(content);
  await ssm.send(new CreateDocumentCommand({ Name: name, DocumentType: "Automation", Content }));
}

/**
 * One execution from its start to its end.
 *
 * @param pause milliseconds between two looks
 * @throws Error for one that does not succeed
 */
export async function runOnce(ssm: SSMClient, pause: number): Promise<void> {
  const { AutomationExecutionId } = await ssm.send(
    new StartAutomationExecutionCommand({ DocumentName: name }),
  );
  for (;;) {
    const { AutomationExecution: shown } = await ssm.send(
      new GetAutomationExecutionCommand({ AutomationExecutionId }),
    );
    const { AutomationExecutionStatus: status, FailureMessage } = shown ?? {};
    if (status === "Success") return;
    if (status !== "Pending" && status !== "InProgress") {
      throw new Error(`The execution ended as ${status}: ${FailureMessage}`);
    }
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

/** Whether the emulator grows while it runs: many executions over HTTP, and the memory of its processes. */
import { createInterface } from "node:readline";
import {
  CreateDocumentCommand,
  GetAutomationExecutionCommand,
  type SSMClient,
  StartAutomationExecutionCommand,
} from "@aws-sdk/client-ssm";
import { execa } from "execa";
import pLimit from "p-limit";
import { inProject } from "../../../build/root.ts";
import { type Clients, clientsOf, makeRole } from "../../account/testAccount.ts";
import { familyOf } from "./processes.ts";

/** Resident memory in MB when so many executions have ended and nothing runs. */
export interface MemorySample {
  readonly executions: number;
  /** Gateway and engine. */
  readonly node: number;
  readonly moto: number;
  /** What scripts and API steps are forked from. */
  readonly workers: number;
}

/** Executions under way at once. */
const atOnce = 4;
/** So many between two looks. */
const pace = 100;
/** What is loaded only when it is used for the first time is loaded by then. */
const warmUp = 20;
const accountId = "111122223333";
const name = "Grows";

/** Starts an emulator of its own, as a user does, and runs as many executions of a document with three scripts of 10 KB. */
export async function measureMemory(
  executions: number,
  say: (line: string) => void,
): Promise<readonly MemorySample[]> {
  const command = [inProject("scripts", "run.mjs"), inProject("scripts", "emulator.ts")];
  const child = execa(process.execPath, [...command, "--port", "0", "--json"], {
    cwd: inProject(),
    reject: false,
    stdin: "ignore",
    stderr: "inherit",
    buffer: false,
  });
  try {
    const { endpoint } = await announced(child.stdout);
    const clients = clientsOf({ endpoint, accountId, region: "us-east-1" });
    await publish(clients);
    const run = async (count: number): Promise<void> => {
      const limit = pLimit(atOnce);
      await Promise.all(Array.from({ length: count }, () => limit(() => runOnce(clients.ssm))));
    };
    await run(warmUp);
    const samples = [look(child.pid ?? 0, 0)];
    for (let done = 0; done < executions; ) {
      const count = Math.min(pace, executions - done);
      await run(count);
      done += count;
      samples.push(look(child.pid ?? 0, done));
      say(memoryLine(samples.at(-1)));
    }
    return samples;
  } finally {
    child.kill("SIGTERM");
    await child;
  }
}

const memoryLine = (sample: MemorySample | undefined): string =>
  sample === undefined
    ? ""
    : `${sample.executions} executions: node ${sample.node}, moto ${sample.moto}, workers ${sample.workers} MB`;

async function announced(stdout: NodeJS.ReadableStream): Promise<{ readonly endpoint: string }> {
  for await (const line of createInterface({ input: stdout })) {
    return JSON.parse(line) as { endpoint: string };
  }
  throw new Error("The emulator did not start.");
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

async function publish({ ssm, iam }: Clients): Promise<void> {
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

/** One execution from its start to its end. @throws Error for one that does not succeed */
async function runOnce(ssm: SSMClient): Promise<void> {
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
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function look(pid: number, executions: number): MemorySample {
  const family = familyOf(pid);
  if (family === undefined) throw new Error("Memory can be measured where there is /proc alone.");
  const of = (which: (command: string) => boolean): number =>
    Math.round(family.find(({ command }) => which(command))?.megabytes ?? 0);
  return {
    executions,
    node: Math.round(family.find((one) => one.pid === pid)?.megabytes ?? 0),
    moto: of((command) => command.includes("serve.py")),
    workers: of((command) => command.includes("worker.py")),
  };
}

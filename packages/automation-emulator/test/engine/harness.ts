import { setTimeout as wait } from "node:timers/promises";
import { CreateRoleCommand, EntityAlreadyExistsException, IAMClient } from "@aws-sdk/client-iam";
import {
  type AutomationExecution,
  CreateDocumentCommand,
  GetAutomationExecutionCommand,
  SSMClient,
  StartAutomationExecutionCommand,
  type StartAutomationExecutionCommandInput,
} from "@aws-sdk/client-ssm";
import type { Emulator } from "../../src/index.ts";

export const region = "us-east-1";

export const clientConfig = (emulator: Emulator, account: string) => ({
  endpoint: emulator.endpoint,
  region,
  credentials: { accessKeyId: account, secretAccessKey: "emulator" },
  maxAttempts: 1,
});

export const ssmOf = (emulator: Emulator, account: string): SSMClient =>
  new SSMClient(clientConfig(emulator, account));

export type Step = { readonly name: string; readonly action: string } & Readonly<
  Record<string, unknown>
>;

/** A step whose handler has these lines. */
export const script = (name: string, lines: readonly string[], rest: object = {}): Step => {
  const { payload = {}, ...others } = rest as { payload?: object };
  return {
    name,
    action: "aws:executeScript",
    inputs: {
      Runtime: "python3.11",
      Handler: "handler",
      InputPayload: payload,
      Script: [
        "import boto3, os, time",
        "def handler(events, context):",
        ...lines.map((line) => `  ${line}`),
      ].join("\n"),
    },
    ...others,
  };
};

/** A step that does nothing and succeeds. */
export const pass = (name: string, rest: object = {}): Step => ({
  name,
  action: "aws:sleep",
  inputs: { Duration: "PT0S" },
  ...rest,
});

/** A step that fails at once, without a process. */
export const fail = (name: string, rest: object = {}): Step => ({
  name,
  action: "aws:sleep",
  inputs: { Duration: "wrong" },
  ...rest,
});

let last = 0;

/** Scripts need a role for their calls. */
const assumeRole = "arn:aws:iam::{{ global:ACCOUNT_ID }}:role/Any";

/** Makes the role in the client's account, where it is not there yet. */
async function makeRole({ config }: SSMClient): Promise<void> {
  const { accessKeyId, secretAccessKey } = await config.credentials();
  const endpoint = await config.endpoint?.();
  const url = endpoint && `${endpoint.protocol}//${endpoint.hostname}:${endpoint.port}`;
  const credentials = { accessKeyId, secretAccessKey };
  const iam = new IAMClient({ region, credentials, ...(url && { endpoint: url }) });
  const Statement = [
    { Effect: "Allow", Principal: { Service: "ssm.amazonaws.com" }, Action: "sts:AssumeRole" },
  ];
  const AssumeRolePolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
  await iam
    .send(new CreateRoleCommand({ RoleName: "Any", AssumeRolePolicyDocument }))
    .catch((error: unknown) => {
      if (!(error instanceof EntityAlreadyExistsException)) throw error;
    });
}

/** Creates a document of these steps, with a role, and gives its name. */
export async function create(
  ssm: SSMClient,
  mainSteps: readonly Step[],
  rest: object = {},
): Promise<string> {
  await makeRole(ssm);
  last += 1;
  const Name = `Document${last}`;
  const Content = JSON.stringify({ schemaVersion: "0.3", assumeRole, ...rest, mainSteps });
  await ssm.send(
    new CreateDocumentCommand({
      Name,
      Content,
      DocumentType: "Automation",
      DocumentFormat: "JSON",
    }),
  );
  return Name;
}

export async function start(
  ssm: SSMClient,
  DocumentName: string,
  rest: Omit<StartAutomationExecutionCommandInput, "DocumentName"> = {},
): Promise<string> {
  const answer = await ssm.send(new StartAutomationExecutionCommand({ DocumentName, ...rest }));
  return answer.AutomationExecutionId ?? "";
}

export async function get(ssm: SSMClient, id: string): Promise<AutomationExecution> {
  const answer = await ssm.send(new GetAutomationExecutionCommand({ AutomationExecutionId: id }));
  return answer.AutomationExecution ?? {};
}

/** The names of the steps and how they ended, without those that never ran. */
export const states = (execution: AutomationExecution): Record<string, string> =>
  Object.fromEntries(
    (execution.StepExecutions ?? [])
      .filter(({ StepStatus }) => StepStatus !== "Pending")
      .map(({ StepName = "", StepStatus = "" }) => [StepName, StepStatus]),
  );

export const stepOf = (execution: AutomationExecution, name: string) =>
  execution.StepExecutions?.find(({ StepName }) => StepName === name) ?? {};

/** Waits until something holds. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await wait(20);
}

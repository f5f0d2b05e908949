/** moto and the gateway with an engine that only writes down what it is asked. */
import { AutoScalingClient } from "@aws-sdk/client-auto-scaling";
import { EC2Client } from "@aws-sdk/client-ec2";
import { IAMClient } from "@aws-sdk/client-iam";
import { KMSClient } from "@aws-sdk/client-kms";
import { S3Client } from "@aws-sdk/client-s3";
import { SSMClient } from "@aws-sdk/client-ssm";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { findPython } from "automation-language/python";
import { execa } from "execa";
import { createTime } from "../../src/engine/clock.ts";
import { createCommands } from "../../src/engine/commands.ts";
import { clientEnvironment } from "../../src/gateway/environment.ts";
import type { Automation, Caller } from "../../src/gateway/ports.ts";
import { type Stack, type StackOptions, startStack } from "../../src/gateway/stack.ts";

export interface WrittenDown extends Automation {
  readonly handled: { operation: string; input: unknown; caller: Caller }[];
  readonly killed: string[];
  readonly stopped: { executionId: string; type: string }[];
  /** What the next call to the engine throws. */
  fail?: Error;
}

export function startTestStack(options: Partial<StackOptions> = {}): Promise<Stack<WrittenDown>> {
  return startStack({ python: findPython(), ...options }, () => {
    const engine: WrittenDown = {
      handled: [],
      killed: [],
      stopped: [],
      handle: async (operation, input, caller) => {
        engine.handled.push({ operation, input, caller });
        if (engine.fail !== undefined) throw engine.fail;
        return { AutomationExecutionId: "0f0f0f0f-0000-4000-8000-000000000000" };
      },
      time: createTime(1),
      commands: createCommands(),
      reset: async () => void engine.handled.splice(0),
      kill: (executionId) => void engine.killed.push(executionId),
      stop: (executionId, type) => void engine.stopped.push({ executionId, type }),
    };
    return engine;
  });
}

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** Clients without retries, so that one fault is one error. */
export function clients(endpoint: string, who: string | Credentials, execution?: string) {
  const credentials =
    typeof who === "string" ? { accessKeyId: who, secretAccessKey: "emulator" } : who;
  const config = {
    endpoint,
    region: "us-east-1",
    credentials,
    maxAttempts: 1,
    ...(execution !== undefined && { customUserAgent: `exec-env/automation-${execution}` }),
  };
  return {
    autoscaling: new AutoScalingClient(config),
    ec2: new EC2Client(config),
    iam: new IAMClient(config),
    kms: new KMSClient(config),
    s3: new S3Client(config),
    ssm: new SSMClient(config),
    sts: new STSClient(config),
  };
}

/** Assumes a role as the administrator of its account and gives the session's clients. */
export async function assume(endpoint: string, roleArn: string, sessionName = "session") {
  const account = roleArn.split(":")[4] ?? "";
  const { sts } = clients(endpoint, account);
  const answer = await sts.send(
    new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: sessionName }),
  );
  return clients(endpoint, credentialsOf(answer.Credentials));
}

export function credentialsOf(
  given: {
    AccessKeyId?: string | undefined;
    SecretAccessKey?: string | undefined;
    SessionToken?: string | undefined;
  } = {},
): Credentials {
  return {
    accessKeyId: given.AccessKeyId ?? "",
    secretAccessKey: given.SecretAccessKey ?? "",
    sessionToken: given.SessionToken ?? "",
  };
}

/** The AWS command line, as the administrator of an account. */
export async function aws(
  endpoint: string,
  account: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<{ readonly output: string; readonly error: string; readonly exitCode: number }> {
  const result = await execa(findPython(), ["-m", "awscli", "--output", "json", ...args], {
    env: { ...clientEnvironment(endpoint, account, "us-east-1"), AWS_MAX_ATTEMPTS: "1", ...env },
    reject: false,
  });
  return { output: result.stdout, error: result.stderr, exitCode: result.exitCode ?? -1 };
}

/** The error that a call fails with. */
export async function failure(call: Promise<unknown>): Promise<Error & { code?: string }> {
  try {
    await call;
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error("the call succeeded");
}

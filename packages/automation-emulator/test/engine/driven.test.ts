/** Documents of many shapes, and the cases in which an engine easily goes another way than AWS, driven by `aws`. */
import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { CreateDocumentCommand, type SSMClient } from "@aws-sdk/client-ssm";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { parse } from "yaml";
import { actions } from "../../src/engine/actions/index.ts";
import { type Emulator, startEmulator } from "../../src/index.ts";
import { aws } from "../gateway/harness.ts";
import { inPackage } from "../project.ts";
import { get, ssmOf, until } from "./harness.ts";

// Each `aws` takes a second, and many on a busy machine.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const account = "111122223333";
let emulator: Emulator;
/** For what is not the point: `aws` costs a second a call. */
let client: SSMClient;
beforeAll(async () => {
  emulator = await startEmulator({ timeScale: 100 });
  client = ssmOf(emulator, account);
});
afterAll(() => emulator.close());

interface Shown {
  readonly AutomationExecutionStatus: string;
  readonly FailureMessage?: string;
  readonly Outputs: Readonly<Record<string, readonly string[]>>;
}

/** Runs `aws`, as the account's administrator or as another. @throws Error with what it says */
async function call<T>(args: readonly string[], as: Record<string, string> = {}): Promise<T> {
  const { output, error, exitCode } = await aws(emulator.endpoint, account, args, as);
  if (exitCode !== 0) throw new Error(error);
  return (output === "" ? {} : JSON.parse(output)) as T;
}

const ssm = <T>(operation: string, args: readonly string[], as?: Record<string, string>) =>
  call<T>(["ssm", operation, ...args], as);

const folder = inPackage("test", "engine", "documents");

/** Makes a document of a file, and gives its name. */
async function create(file: string): Promise<string> {
  const Name = file.replace(/[/.]/g, "-");
  const Content = readFileSync(`${folder}/${file}`, "utf8");
  const form = { DocumentType: "Automation", DocumentFormat: "YAML" } as const;
  // As the name by which others run it, too.
  for (const name of file === "greets.yaml" ? [Name, "Greets"] : [Name]) {
    await client.send(new CreateDocumentCommand({ Name: name, Content, ...form }));
  }
  return Name;
}

async function start(
  file: string,
  parameters: Readonly<Record<string, readonly string[]>> = {},
): Promise<string> {
  const name = await create(file);
  const { AutomationExecutionId } = await ssm<{ readonly AutomationExecutionId: string }>(
    "start-automation-execution",
    ["--document-name", name, "--parameters", JSON.stringify(parameters)],
  );
  return AutomationExecutionId;
}

async function shown(id: string): Promise<Shown> {
  const answer = await ssm<{ readonly AutomationExecution: Shown }>("get-automation-execution", [
    ...["--automation-execution-id", id],
  ]);
  return answer.AutomationExecution;
}

async function ended(id: string): Promise<Shown> {
  await emulator.engine.settled(id);
  return shown(id);
}

const run = async (file: string, parameters?: Readonly<Record<string, readonly string[]>>) =>
  ended(await start(file, parameters));

const waitsAt = (id: string, step: string): Promise<void> =>
  until(async () => {
    const { AutomationExecutionStatus: status, CurrentStepName } = await get(client, id);
    return status === "Waiting" && CurrentStepName === step;
  });

const signal = (id: string, type: string, payload: object, as?: Record<string, string>) =>
  ssm(
    "send-automation-signal",
    [
      ...["--automation-execution-id", id, "--signal-type", type],
      ...["--payload", JSON.stringify(payload)],
    ],
    as,
  );

/** An execution that succeeded, with outputs. */
const success = (Outputs: object) => ({ AutomationExecutionStatus: "Success", Outputs });

/** An execution that failed with a message. */
const failure = (message: string) => ({
  AutomationExecutionStatus: "Failed",
  FailureMessage: expect.stringContaining(message),
});

/** Makes a user with a key of its own. */
async function user(name: string): Promise<Record<string, string>> {
  await call(["iam", "create-user", "--user-name", name]);
  const { AccessKey } = await call<{
    readonly AccessKey: { readonly AccessKeyId: string; readonly SecretAccessKey: string };
  }>(["iam", "create-access-key", "--user-name", name]);
  return {
    AWS_ACCESS_KEY_ID: AccessKey.AccessKeyId,
    AWS_SECRET_ACCESS_KEY: AccessKey.SecretAccessKey,
  };
}

describe("a document", () => {
  test("that others run can be run by itself (greets.yaml)", async () => {
    expect(await run("greets.yaml", { Name: ["Ann"] })).toMatchObject(
      success({ "greet.Text": ["hello Ann"] }),
    );
  });

  test("that runs another one twice succeeds with what that one gives (nested.yaml)", async () => {
    expect(await run("nested.yaml")).toMatchObject(
      success({ "second.Output": ["hello hello one"], "second.Status": ["Success"] }),
    );
  });

  test("whose nested one fails reports that, and has failed (nestedFailure.yaml)", async () => {
    expect(await run("nestedFailure.yaml")).toMatchObject(
      failure("of Greets ended with the status Failed"),
    );
  });

  test("that loops over a list runs its steps for each item (forEach.yaml)", async () => {
    expect(await run("forEach.yaml")).toMatchObject(success({ "each.CurrentIteration": ["3"] }));
  });

  test("that loops while a condition holds ends when it does not (doWhile.yaml)", async () => {
    expect(await run("doWhile.yaml")).toMatchObject(
      success({ "add.Sum": ["4"], "again.CurrentIteration": ["4"] }),
    );
  });

  test("that fails in a loop fails with the iteration's number (loopFailure.yaml)", async () => {
    expect(await run("loopFailure.yaml")).toMatchObject(failure("The iteration 2 failed"));
  });

  test("that is cancelled inside a loop goes the way of onCancel (cancelInLoop.yaml)", async () => {
    const id = await start("cancelInLoop.yaml");
    await waitsAt(id, "hold");
    await ssm("stop-automation-execution", ["--automation-execution-id", id, "--type", "Cancel"]);
    expect(await ended(id)).toMatchObject({ AutomationExecutionStatus: "Cancelled" });
    const cleaned = emulator.calls.of({ executionId: id }).map(({ operation }) => operation);
    expect(cleaned).toEqual(["DescribeSubnets"]);
  });

  test("that asks two people and pauses goes on when they approve and resume it (approval.yaml)", async () => {
    const [ann, bob] = [await user("ann"), await user("bob")];
    const id = await start("approval.yaml", { Approvers: ["ann", "bob"] });
    await waitsAt(id, "ask");
    await signal(id, "Approve", { Comment: ["fine"] }, ann);
    await signal(id, "Approve", {}, bob);
    await waitsAt(id, "hold");
    await signal(id, "Resume", { StepName: ["hold"] });
    expect(await ended(id)).toMatchObject(success({ "ask.ApprovalStatus": ["Approved"] }));
  });

  test("that makes a stack reads from it and deletes it (stack.yaml)", async () => {
    expect(await run("stack.yaml", { Name: ["evidence"] })).toMatchObject(
      success({
        "make.StackStatus": ["CREATE_COMPLETE"],
        "read.Topic": [`arn:aws:sns:us-east-1:${account}:findings`],
      }),
    );
    const { Stacks } = await call<{ readonly Stacks: readonly unknown[] }>([
      ...["cloudformation", "describe-stacks"],
    ]);
    expect(Stacks).toEqual([]);
  });

  test("that starts an instance stops it, makes an image and ends both (instance.yaml)", async () => {
    const execution = await run("instance.yaml");
    expect(execution).toMatchObject({ AutomationExecutionStatus: "Success" });
    const { Reservations } = await call<{ readonly Reservations: readonly object[] }>([
      ...["ec2", "describe-instances", "--instance-ids"],
      ...(execution.Outputs["start.InstanceIds"] ?? []),
    ]);
    expect(Reservations).toMatchObject([{ Instances: [{ State: { Name: "terminated" } }] }]);
  });

  test("that keeps evidence waits for image and encrypted copy, and tags both (evidence.yaml)", async () => {
    expect(await run("evidence.yaml")).toMatchObject(
      success({
        "image.ImageState": ["available"],
        "copy.ImageState": ["available"],
        "read.Encrypted": expect.arrayContaining(["true"]),
      }),
    );
  });

  test("that runs a command goes on by what it answers (commands.yaml)", async () => {
    const { Instances } = await call<{ readonly Instances: readonly { InstanceId: string }[] }>([
      ...["ec2", "run-instances", "--image-id", "ami-12c6146b"],
    ]);
    const body = JSON.stringify({ result: { status: "Success", output: "root" } });
    await fetch(`${emulator.endpoint}/_emulator/commands`, { method: "POST", body });
    expect(
      await run("commands.yaml", { InstanceId: [Instances[0]?.InstanceId ?? ""] }),
    ).toMatchObject(success({ "look.Output": ["root"] }));
  });

  test("that tells a webhook posts what Parameter Store holds (webhook.yaml)", async () => {
    const heard: unknown[] = [];
    const server = createServer(async (request, response) => {
      let body = "";
      for await (const chunk of request) body += String(chunk);
      heard.push(JSON.parse(body));
      response.end("thanks");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
    const put = (name: string, value: string, type = "String") =>
      ssm("put-parameter", ["--name", name, "--type", type, "--value", value]);
    const integration = "/d9d01087-4a3f-49e0-b0b4-d568d7826553/ssm/integrations/webhook/chat";
    await put(integration, JSON.stringify({ url, headers: {} }), "SecureString");
    await put("/greeting", "hello");
    await put("/name", "Ann");
    expect(await run("webhook.yaml")).toMatchObject(success({ "tell.ResponseCode": ["200"] }));
    server.close();
    expect(heard).toEqual([{ text: "hello Ann" }]);
  });

  test("that makes a Lambda function invokes it (function.yaml)", async () => {
    // moto runs functions in Docker, unless it is told to give an answer of its own.
    await fetch(`${emulator.endpoint}/moto-api/config`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ lambda: { use_docker: false } }),
    });
    const Role = `arn:aws:iam::${account}:role/Makes`;
    const Statement = [
      {
        Effect: "Allow",
        Principal: { Service: ["ssm.amazonaws.com", "lambda.amazonaws.com"] },
        Action: "sts:AssumeRole",
      },
    ];
    const trust = JSON.stringify({ Version: "2012-10-17", Statement });
    await call([
      ...["iam", "create-role", "--role-name", "Makes", "--assume-role-policy-document", trust],
    ]);
    expect(await run("function.yaml", { Role: [Role] })).toMatchObject(
      success({ "invoke.StatusCode": ["200"] }),
    );
  });
});

describe("the case", () => {
  test("api-error.yaml fails in AWS's words, without a traceback", async () => {
    const execution = await run("cases/api-error.yaml");
    expect(execution).toMatchObject(
      failure(
        "Step fails when it is Execute/Cancelling action. An error occurred (InvalidInstanceID.NotFound) when calling the DescribeInstances operation: ",
      ),
    );
    expect(execution.FailureMessage).not.toContain("Traceback");
  });

  test("bool-desired.yaml finds a boolean that is desired as a text", async () => {
    expect(await run("cases/bool-desired.yaml")).toMatchObject(success({}));
  });

  test("java-pattern.yaml takes what its Java pattern allows, and nothing else", async () => {
    expect(await run("cases/java-pattern.yaml", { P: ["AbC"] })).toMatchObject(success({}));
    const start = ["--document-name", "cases-java-pattern-yaml", "--parameters", "P=xyz"];
    await expect(ssm("start-automation-execution", start)).rejects.toThrow("allowedPattern");
  });

  test("memory.yaml fails, for its script needs more than 512 MB", async () => {
    expect(await run("cases/memory.yaml")).toMatchObject(failure("MemoryError"));
  });

  test("missing-output.yaml hands the reference on as it is written", async () => {
    expect(await run("cases/missing-output.yaml")).toMatchObject(
      success({ "use.p": ["{{read.gone}}"] }),
    );
  });

  test("ssm-reference.yaml gets its default from Parameter Store", async () => {
    await ssm("put-parameter", ["--name", "/a/b", "--type", "String", "--value", "stored"]);
    expect(await run("cases/ssm-reference.yaml")).toMatchObject(success({ "a.p": ["stored"] }));
  });
});

test("every document and case is driven here, and every action stands in one of them", () => {
  const files = readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith(".yaml"));
  const own = readFileSync(new URL(import.meta.url), "utf8");
  expect(
    files.filter((name) => !own.includes(`run("${name}"`) && !own.includes(`start("${name}"`)),
  ).toEqual([]);
  const found = files.flatMap((name) =>
    actionsIn(parse(readFileSync(`${folder}/${name}`, "utf8"))),
  );
  expect([...new Set(found)].sort()).toEqual([...actions.keys()].sort());
});

/** The actions of steps, those inside loops too. */
function actionsIn(value: unknown): readonly string[] {
  if (typeof value !== "object" || value === null) return [];
  const own = "action" in value ? [String(value.action)] : [];
  return [...own, ...Object.values(value).flatMap(actionsIn)];
}

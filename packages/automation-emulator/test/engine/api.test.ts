import { CreateRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import {
  CreateDocumentCommand,
  DescribeAutomationExecutionsCommand,
  DescribeAutomationStepExecutionsCommand,
  GetAutomationExecutionCommand,
  ModifyDocumentPermissionCommand,
  type SSMClient,
  type StartAutomationExecutionCommandInput,
  UpdateDocumentCommand,
} from "@aws-sdk/client-ssm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Emulator, startEmulator } from "../../src/index.ts";
import {
  clientConfig,
  create,
  get,
  pass,
  script,
  ssmOf,
  start,
  states,
  stepOf,
} from "./harness.ts";

type StartInput = Omit<StartAutomationExecutionCommandInput, "DocumentName">;

const account = "111122223333";
let emulator: Emulator;
let ssm: SSMClient;

beforeAll(async () => {
  emulator = await startEmulator({ timeScale: 200 });
  ssm = ssmOf(emulator, account);
});
afterAll(() => emulator.close());

const named = (name: string) => expect.objectContaining({ name });

describe("StartAutomationExecution", () => {
  test("refuses a document or version that is not there", async () => {
    await expect(start(ssm, "Nothing")).rejects.toThrow(
      named("AutomationDefinitionNotFoundException"),
    );
    const document = await create(ssm, [pass("a")]);
    await expect(start(ssm, document, { DocumentVersion: "7" })).rejects.toThrow(
      named("AutomationDefinitionVersionNotFoundException"),
    );
  });

  test("refuses a document that is no Automation document", async () => {
    const Content = JSON.stringify({ schemaVersion: "2.2", mainSteps: [] });
    await ssm.send(new CreateDocumentCommand({ Name: "Shell", Content, DocumentType: "Command" }));
    await expect(start(ssm, "Shell")).rejects.toThrow(
      named("AutomationDefinitionNotFoundException"),
    );
  });

  test("refuses parameters that the document does not allow", async () => {
    const document = await create(ssm, [pass("a")]);
    await expect(start(ssm, document, { Parameters: { Other: ["x"] } })).rejects.toThrow(
      named("InvalidAutomationExecutionParametersException"),
    );
  });

  test("takes the default version, the latest, or the one that is asked for", async () => {
    const document = await create(ssm, [pass("one")]);
    await ssm.send(
      new UpdateDocumentCommand({
        Name: document,
        Content: JSON.stringify({ schemaVersion: "0.3", mainSteps: [pass("two")] }),
        DocumentFormat: "JSON",
        DocumentVersion: "$LATEST",
      }),
    );
    const ran = async (DocumentVersion?: string): Promise<unknown> => {
      const id = await start(ssm, document, DocumentVersion ? { DocumentVersion } : {});
      await emulator.engine.settled(id);
      const execution = await get(ssm, id);
      return [execution.DocumentVersion, Object.keys(states(execution))];
    };
    expect(await ran()).toEqual(["1", ["one"]]);
    expect(await ran("$DEFAULT")).toEqual(["1", ["one"]]);
    expect(await ran("$LATEST")).toEqual(["2", ["two"]]);
    expect(await ran("2")).toEqual(["2", ["two"]]);
  });

  test("runs another account's document when it is shared", async () => {
    const other = ssmOf(emulator, "444455556666");
    const name = await create(ssm, [pass("a")], { assumeRole: "" });
    const arn = `arn:aws:ssm:us-east-1:${account}:document/${name}`;
    await expect(start(other, arn)).rejects.toThrow(named("AutomationDefinitionNotFoundException"));
    await ssm.send(
      new ModifyDocumentPermissionCommand({
        Name: name,
        PermissionType: "Share",
        AccountIdsToAdd: ["444455556666"],
      }),
    );
    const id = await start(other, arn);
    await emulator.engine.settled(id);
    expect((await get(other, id)).AutomationExecutionStatus).toBe("Success");
    await expect(get(ssm, id)).rejects.toThrow(named("AutomationExecutionNotFoundException"));
  });

  test("starts once for a client token", async () => {
    const document = await create(ssm, [pass("a")]);
    const ClientToken = "11111111-2222-4333-8444-555555555555";
    const id = await start(ssm, document, { ClientToken });
    expect(await start(ssm, document, { ClientToken })).toBe(id);
    await expect(start(ssm, document, { ClientToken, Mode: "Interactive" })).rejects.toThrow(
      named("IdempotentParameterMismatch"),
    );
    const upper = "AAAAAAAA-2222-4333-8444-555555555555";
    const other = await start(ssm, document, { ClientToken: upper });
    await expect(start(ssm, document, { ClientToken: upper.toLowerCase() })).resolves.toBe(other);
  });
});

describe("what the emulator does not do", () => {
  test.each<[string, StartInput]>([
    ["AlarmConfiguration", { AlarmConfiguration: { Alarms: [{ Name: "alarm" }] } }],
    ["TargetLocationsURL", { TargetLocationsURL: "https://b.s3.amazonaws.com/accounts" }],
    [
      "Targets of TargetLocations",
      { TargetLocations: [{ Targets: [{ Key: "InstanceIds", Values: ["i-1"] }] }] },
    ],
  ])("is refused by name rather than left out: %s", async (what, rest) => {
    const document = await create(ssm, [pass("a")]);
    await expect(start(ssm, document, rest)).rejects.toMatchObject({
      name: "ValidationException",
      message: expect.stringContaining(what),
    });
  });
});

test("an automation has five tags at most", async () => {
  const document = await create(ssm, [pass("a")]);
  const Tags = Array.from({ length: 6 }, (_, at) => ({ Key: `key${at}`, Value: "" }));
  await start(ssm, document, { Tags: Tags.slice(0, 5) });
  await expect(start(ssm, document, { Tags })).rejects.toThrow(named("ValidationException"));
});

describe("the role of a document", () => {
  test.each([
    ["junk", "The format of the supplied assume role ARN is invalid"],
    ["{{ global:NOTHING }}", "global:NOTHING is not defined"],
    ["{{ a.Output }}", "The step a has not succeeded"],
  ])("is refused when it is %s", async (assumeRole, message) => {
    await expect(start(ssm, await create(ssm, [pass("a")], { assumeRole }))).rejects.toMatchObject({
      name: "InvalidAutomationExecutionParametersException",
      message: expect.stringContaining(message),
    });
  });

  const parameters = { AutomationAssumeRole: { type: "AWS::IAM::Role::Arn", default: "" } };
  const asks = script("asks", ["return boto3.client('sts').get_caller_identity()['Arn']"], {
    outputs: [{ Name: "Arn", Selector: "$.Payload", Type: "String" }],
  });
  const withRole = () =>
    create(ssm, [asks], {
      parameters,
      assumeRole: "{{ AutomationAssumeRole }}",
      outputs: ["asks.Arn"],
    });
  const roleOf = (name: string) => `arn:aws:iam::${account}:role/${name}`;

  async function createRole(RoleName: string, Service: string): Promise<void> {
    const iam = new IAMClient(clientConfig(emulator, account));
    const Statement = [{ Effect: "Allow", Principal: { Service }, Action: "sts:AssumeRole" }];
    const AssumeRolePolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
    await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
  }

  test("is assumed, and makes the calls", async () => {
    await createRole("Runbook", "ssm.amazonaws.com");
    const Parameters = { AutomationAssumeRole: [roleOf("Runbook")] };
    const id = await start(ssm, await withRole(), { Parameters });
    await emulator.engine.settled(id);
    expect((await get(ssm, id)).Outputs?.["asks.Arn"]).toEqual([
      `arn:aws:sts::${account}:assumed-role/Runbook/Automation-${id}`,
    ]);
  });

  test("is the caller's identity for actions, where it is empty", async () => {
    const step = {
      name: "asks",
      action: "aws:executeAwsApi",
      inputs: { Service: "sts", Api: "GetCallerIdentity" },
      outputs: [{ Name: "Arn", Selector: "$.Arn", Type: "String" }],
    };
    const rest = { parameters, assumeRole: "{{ AutomationAssumeRole }}", outputs: ["asks.Arn"] };
    const id = await start(ssm, await create(ssm, [step], rest));
    await emulator.engine.settled(id);
    expect((await get(ssm, id)).Outputs?.["asks.Arn"]).toEqual([`arn:aws:iam::${account}:root`]);
  });

  test("is needed by scripts: without one they have no credentials", async () => {
    const id = await start(ssm, await withRole());
    await emulator.engine.settled(id);
    const { FailureMessage } = await get(ssm, id);
    expect(FailureMessage).toContain("NoCredentialsError - Unable to locate credentials");
  });

  test("must trust Systems Manager", async () => {
    await createRole("Foreign", "ec2.amazonaws.com");
    const end = emulator.iam.enforce(roleOf("Foreign"));
    const Parameters = { AutomationAssumeRole: [roleOf("Foreign")] };
    await expect(start(ssm, await withRole(), { Parameters })).rejects.toThrow(
      "The defined assume role is unable to be assumed.",
    );
    end();
  });
});

describe("GetAutomationExecution and the Describe operations", () => {
  test("know no execution of another account, Region or id", async () => {
    const id = "00000000-0000-4000-8000-000000000000";
    const missing = named("AutomationExecutionNotFoundException");
    const AutomationExecutionId = id;
    await expect(
      ssm.send(new GetAutomationExecutionCommand({ AutomationExecutionId })),
    ).rejects.toThrow(missing);
    await expect(
      ssm.send(new DescribeAutomationStepExecutionsCommand({ AutomationExecutionId })),
    ).rejects.toThrow(missing);
  });

  test("show what a step was and did", async () => {
    const id = await start(ssm, await create(ssm, [pass("a", { timeoutSeconds: 9 }), pass("b")]));
    await emulator.engine.settled(id);
    const execution = await get(ssm, id);
    expect(execution).toMatchObject({
      AutomationExecutionId: id,
      Mode: "Auto",
      ExecutedBy: `arn:aws:iam::${account}:root`,
    });
    expect(stepOf(execution, "a")).toMatchObject({
      Action: "aws:sleep",
      TimeoutSeconds: 9,
      OnFailure: "Abort",
      MaxAttempts: 1,
      IsCritical: true,
      IsEnd: false,
      Inputs: { Duration: '"PT0S"' },
    });
    expect(stepOf(execution, "a").ExecutionStartTime).toBeInstanceOf(Date);
    expect(stepOf(execution, "b").ExecutionEndTime).toBeInstanceOf(Date);
  });

  test("list executions by filters, the newest first, in pages", async () => {
    const own = ssmOf(emulator, "777788889999");
    const good = await create(own, [pass("a")]);
    const bad = await create(own, [{ name: "a", action: "aws:none", inputs: {} }]);
    const Tags = [{ Key: "team", Value: "security" }];
    const ids: string[] = [];
    for (const document of [good, bad, good]) {
      const id = await start(own, document, { Tags });
      await emulator.engine.settled(id);
      ids.push(id);
    }
    const list = async (Filters: { Key: string; Values: string[] }[], MaxResults = 50) => {
      const found: string[] = [];
      let NextToken: string | undefined;
      do {
        const page = await own.send(
          new DescribeAutomationExecutionsCommand({
            ...(Filters.length > 0 && { Filters: Filters as [] }),
            MaxResults,
            NextToken,
          }),
        );
        for (const one of page.AutomationExecutionMetadataList ?? []) {
          found.push(one.AutomationExecutionId ?? "");
        }
        NextToken = page.NextToken;
      } while (NextToken !== undefined);
      return found;
    };
    const [first, second, third] = ids;
    expect(await list([])).toEqual([third, second, first]);
    expect(await list([], 1)).toEqual([third, second, first]);
    expect(await list([{ Key: "ExecutionStatus", Values: ["Failed"] }])).toEqual([second]);
    expect(await list([{ Key: "DocumentNamePrefix", Values: [bad] }])).toEqual([second]);
    expect(await list([{ Key: "ExecutionId", Values: [first ?? ""] }])).toEqual([first]);
    expect(await list([{ Key: "TagKey", Values: ["team"] }])).toHaveLength(3);
    expect(await list([{ Key: "TagKey", Values: ["other"] }])).toEqual([]);
    await expect(list([{ Key: "Colour", Values: ["red"] }])).rejects.toThrow(
      named("ValidationException"),
    );
    // Keys of AWS's that the emulator has nothing for.
    expect(await list([{ Key: "OpsItemId", Values: ["oi-1"] }])).toEqual([]);
    expect(await list([{ Key: "AutomationSubtype", Values: ["ChangeRequest"] }])).toEqual([]);
    expect(await list([{ Key: "TargetResourceGroup", Values: ["group"] }])).toEqual([]);
  });

  test("list steps by filters and in both orders", async () => {
    const AutomationExecutionId = await start(
      ssm,
      await create(ssm, [pass("a", { nextStep: "c" }), pass("b"), pass("c")]),
    );
    await emulator.engine.settled(AutomationExecutionId);
    const list = async (input: object) => {
      const answer = await ssm.send(
        new DescribeAutomationStepExecutionsCommand({ AutomationExecutionId, ...input }),
      );
      return answer.StepExecutions?.map(({ StepName }) => StepName);
    };
    expect(await list({})).toEqual(["a", "b", "c"]);
    expect(await list({ ReverseOrder: true })).toEqual(["c", "b", "a"]);
    const Filters = [{ Key: "StepExecutionStatus", Values: ["Success"] }];
    expect(await list({ Filters })).toEqual(["a", "c"]);
    await expect(list({ NextToken: "junk" })).rejects.toThrow(named("InvalidNextToken"));
  });
});

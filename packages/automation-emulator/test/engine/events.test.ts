import {
  EventBridgeClient,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
} from "@aws-sdk/client-eventbridge";
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Emulator, startEmulator } from "../../src/index.ts";
import { clientConfig, create, pass, ssmOf, until } from "./harness.ts";

const account = "111122223333";
let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator({ timeScale: 200 });
});
afterAll(() => emulator.close());

async function role(name: string, service: string): Promise<string> {
  const iam = new IAMClient(clientConfig(emulator, account));
  const allow = (more: object) =>
    JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", ...more }] });
  const AssumeRolePolicyDocument = allow({
    Principal: { Service: service },
    Action: "sts:AssumeRole",
  });
  const made = await iam.send(new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument }));
  const PolicyDocument = allow({ Action: "ssm:StartAutomationExecution", Resource: "*" });
  await iam.send(new PutRolePolicyCommand({ RoleName: name, PolicyName: "Own", PolicyDocument }));
  const arn = made.Role?.Arn ?? "";
  emulator.iam.enforce(arn);
  return arn;
}

/** Makes a rule that starts a document with the parameter Color, and sends an event for it. */
async function send(name: string, RoleArn: string, target: object): Promise<void> {
  const events = new EventBridgeClient(clientConfig(emulator, account));
  const document = await create(ssmOf(emulator, account), [pass("one")], {
    parameters: { Color: { type: "String" } },
  });
  const EventPattern = JSON.stringify({
    source: [name],
    detail: { size: [{ numeric: [">=", 7] }] },
  });
  await events.send(new PutRuleCommand({ Name: name, EventPattern }));
  const Arn = `arn:aws:ssm:us-east-1:${account}:automation-definition/${document}:$DEFAULT`;
  await events.send(
    new PutTargetsCommand({ Rule: name, Targets: [{ Id: "one", Arn, RoleArn, ...target }] }),
  );
  const entry = (size: number) => ({
    ...{ Source: name, DetailType: "Paint", Detail: JSON.stringify({ size, color: "red" }) },
  });
  await events.send(new PutEventsCommand({ Entries: [entry(3), entry(8)] }));
}

const startsBy = (arn: string) =>
  emulator.calls
    .of({ accountId: account })
    .filter(({ operation, principal }) =>
      operation === "StartAutomationExecution"
        ? principal.includes(arn.split("/")[1] ?? "")
        : false,
    );

describe("a rule of EventBridge", () => {
  const transformed = {
    InputTransformer: {
      InputPathsMap: { color: "$.detail.color" },
      InputTemplate: '{"Color":["<color>"]}',
    },
  };

  test.each([
    ["what an input template makes of the event", transformed, "red"],
    ["a constant input", { Input: '{"Color":["blue"]}' }, "blue"],
  ])("starts an automation with %s, for each event that matches", async (what, target, color) => {
    const arn = await role(`Starter${what.length}`, "events.amazonaws.com");
    await send(`paint.${what.length}`, arn, target);
    await until(() => startsBy(arn).length > 0);
    const [start] = startsBy(arn);
    expect(start?.parameters).toMatchObject({ Parameters: { Color: [color] } });
    expect(startsBy(arn)).toHaveLength(1);
  });

  test("starts nothing with a role that does not trust it, and the log of calls says so", async () => {
    const arn = await role("Stranger", "ssm.amazonaws.com");
    await send("paint.stranger", arn, transformed);
    const refused = () =>
      emulator.calls
        .of({ accountId: account })
        .find(({ parameters, errorCode }) => parameters.RoleArn === arn && errorCode !== undefined);
    await until(() => refused() !== undefined);
    expect(refused()?.errorCode).toBe("AccessDenied");
    expect(startsBy(arn)).toEqual([]);
  });
});

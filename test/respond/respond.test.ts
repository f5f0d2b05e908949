/** From a finding's event to the contained instance, through the approval. */
import type { Emulator } from "automation-emulator";
import { checkDocument } from "automation-validator/check";
import { beforeAll, describe, expect, test } from "vitest";
import { guardDutyRule, securityHubRule } from "../../document/respond/rules.ts";
import { respondToFinding } from "../../document/respond/runbook.ts";
import { sharedEmulator } from "../account/emulator.ts";
import { differences } from "../account/snapshot.plain.ts";
import { expectIsolated } from "../account/state.ts";
import { makeTestAccount, type TestAccount } from "../account/testAccount.ts";
import { makeResponding, respondDocument } from "./account.ts";

let emulator: Emulator;
beforeAll(async () => {
  emulator = await sharedEmulator();
});

/** As GuardDuty sends it, without what nobody reads here. */
const guardDuty = (instanceId: string, severity = 8): object => ({
  id: "16afba5c5c43e07c9e3e5e2e544e95df",
  type: "Backdoor:EC2/C&CActivity.B!DNS",
  severity,
  title: 'An instance queried a "name" of a known command & control server.',
  resource: { resourceType: "Instance", instanceDetails: { instanceId } },
  service: { archived: false, count: 1 },
});

async function setUp(): Promise<{
  testAccount: TestAccount;
  responding: Awaited<ReturnType<typeof makeResponding>>;
}> {
  const testAccount = await makeTestAccount(emulator, { interfaces: [["web"], ["db"]] });
  const responding = await makeResponding(testAccount, guardDutyRule(7));
  return { testAccount, responding };
}

test("the document has no finding, and is far from its limit", async () => {
  const { yaml, permissions, renamed } = respondDocument;
  expect(
    await checkDocument(yaml, { file: "respond.yaml", declaredPermissions: permissions }),
  ).toEqual([]);
  expect(renamed).toEqual([]);
});

test("is the golden copy, byte for byte (vitest -u renews it)", async () => {
  await expect(respondDocument.yaml).toMatchFileSnapshot(
    `../fixtures/${respondToFinding.name}.yaml`,
  );
});

/** What the approvers are told after a question that was not answered with yes. */
function expectNotContained(
  { instanceId }: TestAccount,
  responding: Awaited<ReturnType<typeof makeResponding>>,
): void {
  const [, told = ""] = responding.messages();
  expect(told).toContain(`NOT CONTAINED: ${instanceId}`);
  expect(told).toMatch(/was not approved: nothing was changed.*Backdoor:EC2.*start /);
}

describe("a finding of GuardDuty", () => {
  test("leads to the plan for the approvers, and approved to the contained instance and its report", async () => {
    const { testAccount, responding } = await setUp();
    const before = await testAccount.snapshot();
    await responding.find("aws.guardduty", "GuardDuty Finding", guardDuty(testAccount.instanceId));
    const waiting = await responding.latest("Waiting");
    expect(differences(before, await testAccount.snapshot())).toEqual([]);
    const [request = ""] = responding.messages();
    expect(request).toContain(`${testAccount.instanceId} in account ${testAccount.accountId}`);
    expect(request).toContain("Backdoor:EC2/C&CActivity.B!DNS, severity 8");
    for (const id of testAccount.interfaceIds) expect(request).toContain(`${id}: from sg-`);
    expect(request).not.toContain("Calls that would be made");

    await responding.answer(waiting.AutomationExecutionId ?? "", "Approve");
    const ended = await responding.latest("Success", "Failed");
    expect(ended.AutomationExecutionStatus, ended.FailureMessage).toBe("Success");
    await expectIsolated(testAccount);
    const [, outcome = ""] = responding.messages();
    expect(outcome).toContain(`Contained: ${testAccount.instanceId}`);
    expect(outcome).toMatch(/^CONTAINED: /m);
    expect(outcome).toContain("start-automation-execution");
  });

  test("that is rejected changes nothing, and the others are told", async () => {
    const { testAccount, responding } = await setUp();
    const before = await testAccount.snapshot();
    await responding.find("aws.guardduty", "GuardDuty Finding", guardDuty(testAccount.instanceId));
    const waiting = await responding.latest("Waiting");
    await responding.answer(waiting.AutomationExecutionId ?? "", "Reject");
    const ended = await responding.latest("Success", "Failed", "Rejected");
    expect(ended.AutomationExecutionStatus).not.toBe("Success");
    expect(differences(before, await testAccount.snapshot())).toEqual([]);
    expectNotContained(testAccount, responding);
  });

  test("that nobody answers in time changes nothing, and is not forgotten in silence", async () => {
    const { testAccount, responding } = await setUp();
    const before = await testAccount.snapshot();
    await responding.find("aws.guardduty", "GuardDuty Finding", guardDuty(testAccount.instanceId));
    await responding.latest("Waiting");
    await emulator.clock.advance(25 * 3600);
    const ended = await responding.latest("Success", "Failed", "TimedOut");
    expect(ended.AutomationExecutionStatus).not.toBe("Success");
    expect(differences(before, await testAccount.snapshot())).toEqual([]);
    expectNotContained(testAccount, responding);
  });

  test("that comes again asks nobody again while the first waits, nor when the instance is contained", async () => {
    const { testAccount, responding } = await setUp();
    const finding = guardDuty(testAccount.instanceId);
    await responding.find("aws.guardduty", "GuardDuty Finding", finding);
    const first = await responding.latest("Waiting");
    await responding.find("aws.guardduty", "GuardDuty Finding", finding);
    const second = await responding.latest("Success", "Failed");
    expect(second.AutomationExecutionStatus, second.FailureMessage).toBe("Success");
    expect(second.Outputs?.["reportAskedAlready.Output"]?.[0]).toContain(
      `${first.AutomationExecutionId} waits for an answer already`,
    );
    await responding.answer(first.AutomationExecutionId ?? "", "Approve");
    await emulator.engine.settled(first.AutomationExecutionId ?? "");
    await responding.find("aws.guardduty", "GuardDuty Finding", finding);
    await expect
      .poll(async () => (await responding.executions()).length, { timeout: 20_000 })
      .toBe(3);
    const third = await responding.latest("Success", "Failed");
    expect(third.Outputs?.["reportNothingToDo.Output"]?.[0]).toContain("is contained already");
    expect(responding.messages()).toHaveLength(2);
  });

  test("below the threshold starts nothing", async () => {
    const { testAccount, responding } = await setUp();
    await responding.find(
      "aws.guardduty",
      "GuardDuty Finding",
      guardDuty(testAccount.instanceId, 5),
    );
    await responding.find("aws.guardduty", "GuardDuty Finding", guardDuty(testAccount.instanceId));
    await responding.latest("Waiting");
    expect(await responding.executions()).toHaveLength(1);
  });

  test("about an instance that is gone ends with what is wrong, and the approvers are told instead of asked", async () => {
    const { responding } = await setUp();
    await responding.find("aws.guardduty", "GuardDuty Finding", guardDuty("i-0123456789abcdef0"));
    const ended = await responding.latest("Success", "Failed");
    expect(ended.AutomationExecutionStatus).toBe("Failed");
    expect(ended.FailureMessage).toContain("terminated or not in this account and Region");
    expect(responding.messages()).toEqual([
      expect.stringMatching(/^FINDING WITHOUT A PLAN\n.*how i-0123456789abcdef0 would/),
    ]);
  });
});

test("a containment that fails after the approval is told as that", async () => {
  const { testAccount, responding } = await setUp();
  await responding.find("aws.guardduty", "GuardDuty Finding", guardDuty(testAccount.instanceId));
  const waiting = await responding.latest("Waiting");
  const lift = emulator.iam.guardrails.deny({
    actions: ["ec2:CreateSecurityGroup"],
    accountId: testAccount.accountId,
  });
  await responding.answer(waiting.AutomationExecutionId ?? "", "Approve");
  const ended = await responding.latest("Success", "Failed");
  lift();
  expect(ended.AutomationExecutionStatus).toBe("Failed");
  const [, outcome = ""] = responding.messages();
  expect(outcome).toContain(`CONTAINMENT FAILED: ${testAccount.instanceId}`);
});

describe("a finding that somebody sends on in Security Hub", () => {
  const action = "arn:aws:securityhub:us-east-1:111122223333:action/custom/contain";
  const finding = (resource: string): object => ({
    findings: [
      {
        // As a product of somebody else may write them.
        Id: "vendor#1 | instance (prod); 100%",
        Types: ["TTPs/Command and Control/Backdoor (DNS), o'clock"],
        Severity: { Label: "HIGH" },
        Resources: [{ Type: "AwsEc2Instance", Id: resource }],
      },
    ],
  });
  const type = "Security Hub Findings - Custom Action";

  test("names the instance by its ARN", async () => {
    const testAccount = await makeTestAccount(emulator, { interfaces: [["web"]] });
    const responding = await makeResponding(testAccount, securityHubRule(action));
    const arn = `arn:aws:ec2:us-east-1:${testAccount.accountId}:instance/${testAccount.instanceId}`;
    await responding.find("aws.securityhub", type, finding(arn), [action]);
    const waiting = await responding.latest("Waiting");
    expect(responding.messages()[0]).toContain("Backdoor (DNS), o'clock, severity HIGH");
    expect(responding.messages()[0]).toContain("ID: vendor#1 | instance (prod); 100%");
    await responding.answer(waiting.AutomationExecutionId ?? "", "Approve");
    const ended = await responding.latest("Success", "Failed");
    expect(ended.AutomationExecutionStatus, ended.FailureMessage).toBe("Success");
    await expectIsolated(testAccount);
  });

  test("about something else is refused in words, however that is named", async () => {
    const testAccount = await makeTestAccount(emulator, { interfaces: [["web"]] });
    const responding = await makeResponding(testAccount, securityHubRule(action));
    await responding.find("aws.securityhub", type, finding("web server (prod) #1"), [action]);
    const ended = await responding.latest("Success", "Failed");
    expect(ended.FailureMessage).toContain("web server (prod) #1 is neither the ID nor the ARN");
    expect(responding.messages()).toEqual([expect.stringContaining("web server (prod) #1")]);
  });

  test("of another account or Region is refused in words", async () => {
    const testAccount = await makeTestAccount(emulator, { interfaces: [["web"]] });
    const responding = await makeResponding(testAccount, securityHubRule(action));
    const arn = `arn:aws:ec2:eu-west-1:${testAccount.accountId}:instance/${testAccount.instanceId}`;
    await responding.find("aws.securityhub", type, finding(arn), [action]);
    const ended = await responding.latest("Success", "Failed");
    expect(ended.FailureMessage).toContain("eu-west-1; this runs in");
    expect(responding.messages()).toEqual([expect.stringContaining(arn)]);
  });
});

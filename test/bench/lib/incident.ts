/** One incident in an account of its own: by the runbook, and by each of the plain scripts. */
import { GetAutomationExecutionCommand } from "@aws-sdk/client-ssm";
import type { Emulator } from "automation-emulator";
import type { AwsCall } from "automation-emulator/gateway/calls";
import { attachInterface } from "automation-emulator/sample/account";
import { findPython } from "automation-language/python";
import { execa } from "execa";
import { inProject } from "../../../build/root.ts";
import { makeAutoScalingGroup, memberTestAccount } from "../../account/asg.ts";
import type { Run } from "../../account/run.ts";
import { backupKey, makeTestAccount, type TestAccount } from "../../account/testAccount.ts";
import { chainOf, spanOf } from "./chain.ts";

export interface Situation {
  readonly interfaces: number;
  /** Whether the instance is in an Auto Scaling group, at its MinSize. */
  readonly member: boolean;
  /** How long each call takes beyond what the emulator takes. */
  readonly delayMs: number;
}

/** How an incident went; times in seconds. */
export interface Outcome {
  /** From the beginning to the end of the call by which the last interface was contained. */
  readonly isolated: number;
  /** From the first change of an interface's groups until all are contained; undefined where nothing was opened. */
  readonly exposed?: number;
  /** The longest chain of calls until then. */
  readonly chain: number;
  /** All calls. */
  readonly calls: number;
}

export interface RunbookOutcome extends Outcome {
  /** Script steps that had ended before the one that isolates. */
  readonly scriptsBefore: number;
  readonly release: number;
  readonly scriptsOfRelease: number;
}

/** The plain scripts of baselines.py. */
export const scripts = ["seed", "guide", "orchestrator"] as const;
export type Script = (typeof scripts)[number];

/** Makes the situation; from then on, each call of the account takes its time. */
async function prepared(emulator: Emulator, situation: Situation): Promise<TestAccount> {
  const testAccount = await instanceOf(emulator, situation);
  emulator.faults.add({
    match: { accountId: testAccount.accountId, predicate: ({ service }) => service !== "sts" },
    kind: { delayMs: situation.delayMs },
  });
  return testAccount;
}

async function instanceOf(emulator: Emulator, situation: Situation): Promise<TestAccount> {
  const interfaces = Array.from({ length: situation.interfaces }, () => ["web"] as const);
  if (!situation.member) return makeTestAccount(emulator, { interfaces });
  const testAccount = await makeTestAccount(emulator, { interfaces: [["db"]] });
  // More interfaces than 15 take a type with several network cards.
  const type = situation.interfaces > 15 ? "p5.48xlarge" : "m5.large";
  const sizes = { min: 2, max: 2, desired: 2 };
  const group = await makeAutoScalingGroup(testAccount, sizes, "fleet", type);
  const { ec2, network } = testAccount;
  for (let index = 1; index < situation.interfaces; index++)
    await attachInterface(
      ec2,
      group.instanceIds[0] ?? "",
      network.subnetId,
      [network.groups.web ?? ""],
      index,
    );
  return memberTestAccount(testAccount, group);
}

/** The runbook contains, and releases. */
export async function byRunbook(emulator: Emulator, situation: Situation): Promise<RunbookOutcome> {
  const testAccount = await prepared(emulator, situation);
  const contained = await testAccount.contain();
  const released = await testAccount.release(backupKey(contained));
  if (contained.status !== "Success" || released.status !== "Success")
    throw new Error(`The runbook failed:\n${contained.report}\n${released.report}`);
  const containment = await courseOf(testAccount, contained);
  const release = await courseOf(testAccount, released);
  const ofRun = emulator.calls
    .of({ executionId: contained.id })
    .filter(({ service }) => service !== "sts");
  return {
    ...outcomeOf(ofRun, containment.began, testAccount.interfaceIds.length),
    scriptsBefore: containment.scripts.indexOf(isolatingStep),
    release: (release.ended - release.began) / 1000,
    scriptsOfRelease: release.scripts.length,
  };
}

/** The script step that opens and closes. */
const isolatingStep = "createContainmentSecurityGroup";

/** An execution as SSM tells of it: milliseconds since the epoch, and its script steps that ran, in their order. */
interface Course {
  readonly began: number;
  readonly ended: number;
  readonly scripts: readonly string[];
}

async function courseOf(testAccount: TestAccount, run: Run): Promise<Course> {
  const found = await testAccount.ssm.send(
    new GetAutomationExecutionCommand({ AutomationExecutionId: run.id }),
  );
  const { ExecutionStartTime, ExecutionEndTime, StepExecutions } = found.AutomationExecution ?? {};
  return {
    began: ExecutionStartTime?.getTime() ?? Number.NaN,
    ended: ExecutionEndTime?.getTime() ?? Number.NaN,
    scripts: (StepExecutions ?? [])
      .filter(
        ({ Action, StepStatus }) => Action === "aws:executeScript" && StepStatus !== "Pending",
      )
      .map(({ StepName = "" }) => StepName),
  };
}

/** A plain script isolates; its time begins with its first call, when Python and boto3 are there already. */
export async function byScript(
  emulator: Emulator,
  situation: Situation,
  script: Script,
): Promise<Outcome> {
  const testAccount = await prepared(emulator, situation);
  const known = Math.max(
    0,
    ...emulator.calls.of({ accountId: testAccount.accountId }).map(({ id }) => id),
  );
  const given = JSON.stringify({ instance: testAccount.instanceId, bucket: testAccount.bucket });
  await execa(findPython(), [inProject("test", "bench", "baselines.py"), script, given], {
    env: emulator.env(testAccount.accountId),
  });
  const calls = emulator.calls
    .of({ accountId: testAccount.accountId })
    .filter(({ id }) => id > known);
  const began = Math.min(...calls.map((call) => spanOf(call).begin));
  return outcomeOf(calls, began, testAccount.interfaceIds.length);
}

function outcomeOf(calls: readonly AwsCall[], began: number, interfaces: number): Outcome {
  const moves = calls.filter(
    ({ operation, outcome, requestedDryRun }) =>
      operation === "ModifyNetworkInterfaceAttribute" &&
      outcome === "ok" &&
      requestedDryRun !== true,
  );
  const ended = Math.max(...moves.map((call) => spanOf(call).end));
  const until = calls.filter((call) => spanOf(call).begin < ended);
  const opened = moves.length > interfaces;
  const exposed = (ended - Math.min(...moves.map((call) => spanOf(call).begin))) / 1000;
  return {
    isolated: (ended - began) / 1000,
    ...(opened && { exposed }),
    chain: chainOf(until),
    calls: calls.length,
  };
}

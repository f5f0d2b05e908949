/** Many instances of one account, contained by rate control. */
import { DescribeImagesCommand, RunInstancesCommand } from "@aws-sdk/client-ec2";
import {
  GetAutomationExecutionCommand,
  StartAutomationExecutionCommand,
} from "@aws-sdk/client-ssm";
import type { Emulator } from "automation-emulator";
import { documentName } from "../../account/document.ts";
import { makeTestAccount, type TestAccount } from "../../account/testAccount.ts";
import { holdToBuckets } from "./buckets.ts";
import { familyOf } from "./processes.ts";

export interface FleetOutcome {
  readonly instances: number;
  readonly atOnce: number;
  readonly seconds: number;
  readonly succeeded: number;
  readonly calls: number;
  readonly throttled: number;
  /** The most memory that the emulator and its processes had, in MB; undefined where there is no /proc. */
  readonly memory?: number;
}

/** EC2 lets a run of RunInstances start so many; any number would do here. */
const batch = 100;
const tag = { Key: "Fleet", Value: "compromised" };

async function makeFleet({ ec2, network }: TestAccount, instances: number): Promise<void> {
  const images = await ec2.send(new DescribeImagesCommand({ Owners: ["amazon"], MaxResults: 5 }));
  for (let made = 0; made < instances; made += batch) {
    const count = Math.min(batch, instances - made);
    await ec2.send(
      new RunInstancesCommand({
        ImageId: images.Images?.[0]?.ImageId,
        InstanceType: "m5.large",
        MinCount: count,
        MaxCount: count,
        SubnetId: network.subnetId,
        SecurityGroupIds: [network.groups.web ?? ""],
        TagSpecifications: [{ ResourceType: "instance", Tags: [tag] }],
      }),
    );
  }
}

/** Contains as many instances, so many at once, where each call takes its time and EC2 has its buckets. */
export async function containFleet(
  emulator: Emulator,
  instances: number,
  atOnce: number,
  delayMs: number,
): Promise<FleetOutcome> {
  const testAccount = await makeTestAccount(emulator, { interfaces: [["web"]] });
  await makeFleet(testAccount, instances);
  const { accountId, ssm } = testAccount;
  const delay = { match: { accountId, automationOnly: true }, kind: { delayMs } };
  const stopDelay = emulator.faults.add(delay);
  const throttling = holdToBuckets(emulator, accountId);
  const memory = watchMemory();
  let calls = 0;
  const stopCounting = emulator.calls.onCall((call) => {
    if (call.accountId === accountId && call.executionId !== undefined) calls += 1;
  });
  const began = performance.now();
  const { AutomationExecutionId: id = "" } = await ssm.send(
    new StartAutomationExecutionCommand({
      DocumentName: documentName,
      TargetParameterName: "InstanceId",
      Targets: [{ Key: `tag:${tag.Key}`, Values: [tag.Value] }],
      MaxConcurrency: String(atOnce),
      MaxErrors: "100%",
      Parameters: {
        DryRun: ["false"],
        S3BucketName: [testAccount.bucket],
        AutomationAssumeRole: [testAccount.role],
      },
    }),
  );
  await emulator.engine.settled(id);
  const seconds = (performance.now() - began) / 1000;
  for (const stop of [stopDelay, throttling.stop, stopCounting]) stop();
  const told = await ssm.send(new GetAutomationExecutionCommand({ AutomationExecutionId: id }));
  const most = memory();
  return {
    instances,
    atOnce,
    seconds,
    succeeded: told.AutomationExecution?.ProgressCounters?.SuccessSteps ?? 0,
    calls,
    throttled: throttling.throttled(),
    ...(most !== undefined && { memory: most }),
  };
}

/** Looks every half second at the memory of this process and of those that it started; gives the end of it. */
function watchMemory(): () => number | undefined {
  let most: number | undefined;
  const look = (): void => {
    const now = residentMegabytes();
    if (now !== undefined) most = Math.max(most ?? 0, now);
  };
  const timer = setInterval(look, 500);
  return () => {
    clearInterval(timer);
    look();
    return most;
  };
}

/** The resident memory of this process and its descendants in MB, pages that two of them share counted twice. */
function residentMegabytes(): number | undefined {
  const family = familyOf(process.pid);
  return family && Math.round(family.reduce((sum, { megabytes }) => sum + megabytes, 0));
}

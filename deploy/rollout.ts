import { setTimeout as wait } from "node:timers/promises";
import {
  type CloudFormationClient,
  DescribeStackSetOperationCommand,
  paginateListStackInstances,
  type StackInstanceSummary,
  UpdateStackSetCommand,
} from "@aws-sdk/client-cloudformation";
import { cloudFormation } from "../common/clients.ts";
import { type Config, stackNames } from "../common/config.ts";
import { hasRegionalPart, stackSetName } from "./stackSets.ts";

/** Seconds between two looks at an operation. */
const INTERVAL = 5;

/** A stack instance of the rollout that is not as the template says, and why. */
export interface OutdatedStack {
  readonly stackSet: string;
  readonly account: string;
  readonly region: string;
  readonly unit: string;
  readonly reason: string;
}

export interface Rollout {
  readonly current: number;
  readonly outdated: readonly OutdatedStack[];
  /** Accounts that are suspended, where StackSets do nothing and nothing can be done. */
  readonly suspended: readonly string[];
}

type Instance = StackInstanceSummary & { readonly stackSet: string };

/** How far the rollout came: how many instances are current, and which are not. */
export async function rolloutState(config: Config, region: string): Promise<Rollout> {
  const client = cloudFormation(region);
  const all: Instance[] = [];
  for (const part of ["Roles", "Region"] as const) {
    if (part === "Region" && !hasRegionalPart(config)) continue;
    const stackSet = stackSetName(stackNames(config).rollout, part);
    const pages = paginateListStackInstances(
      { client, pageSize: 100 },
      { StackSetName: stackSet, CallAs: config.callAs },
    );
    for await (const { Summaries = [] } of pages)
      all.push(...Summaries.map((summary) => ({ ...summary, stackSet })));
  }
  return summarize(all);
}

/**
 * Sorts stack instances by what is to be done about them.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_StackInstanceComprehensiveStatus.html
 */
export function summarize(instances: readonly Instance[]): Rollout {
  const isSuspended = ({ StackInstanceStatus }: Instance): boolean =>
    StackInstanceStatus?.DetailedStatus === "SKIPPED_SUSPENDED_ACCOUNT";
  const behind = instances.filter(
    (instance) => instance.Status !== "CURRENT" && !isSuspended(instance),
  );
  return {
    current: instances.filter((instance) => instance.Status === "CURRENT").length,
    outdated: behind.map((instance) => ({
      stackSet: instance.stackSet,
      account: instance.Account ?? "",
      region: instance.Region ?? "",
      unit: instance.OrganizationalUnitId ?? "",
      reason: instance.StatusReason ?? instance.Status ?? "",
    })),
    suspended: [
      ...new Set(
        instances
          .filter((instance) => instance.Status !== "CURRENT" && isSuspended(instance))
          .map(({ Account }) => Account ?? ""),
      ),
    ],
  };
}

/**
 * Tries the outdated once more: a deployment that changes nothing in the StackSet would leave them as they are.
 *
 * @returns how the rollout stands afterwards
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_UpdateStackSet.html
 */
export async function retryOutdated(
  config: Config,
  region: string,
  outdated: readonly OutdatedStack[],
): Promise<Rollout> {
  const client = cloudFormation(region);
  for (const stackSet of new Set(outdated.map((stack) => stack.stackSet))) {
    const own = outdated.filter((stack) => stack.stackSet === stackSet);
    const { OperationId } = await client.send(
      new UpdateStackSetCommand({
        StackSetName: stackSet,
        CallAs: config.callAs,
        UsePreviousTemplate: true,
        Capabilities: ["CAPABILITY_NAMED_IAM"],
        DeploymentTargets: {
          OrganizationalUnitIds: [...new Set(own.map(({ unit }) => unit))],
          AccountFilterType: "INTERSECTION",
          Accounts: [...new Set(own.map(({ account }) => account))],
        },
        Regions: [...new Set(own.map((stack) => stack.region))],
        OperationPreferences: {
          FailureTolerancePercentage: 100,
          MaxConcurrentPercentage: 100,
          RegionConcurrencyType: "PARALLEL",
        },
      }),
    );
    await ended(client, config, stackSet, OperationId ?? "");
  }
  return rolloutState(config, region);
}

async function ended(
  client: CloudFormationClient,
  config: Config,
  StackSetName: string,
  OperationId: string,
): Promise<void> {
  for (;;) {
    const { StackSetOperation } = await client.send(
      new DescribeStackSetOperationCommand({ StackSetName, OperationId, CallAs: config.callAs }),
    );
    if (!/^(RUNNING|QUEUED|STOPPING)$/.test(StackSetOperation?.Status ?? "")) return;
    await wait(INTERVAL * 1000);
  }
}

import {
  type AutomationExecution,
  GetAutomationExecutionCommand,
  type SSMClient,
  type StepExecution,
} from "@aws-sdk/client-ssm";
import pLimit from "p-limit";
import { explained } from "../common/explain.ts";
import { allSteps, childrenOf, isFinal, isFleet } from "./follow.ts";
import { type InstanceRun, instanceRunOf } from "./instanceRun.ts";
import type { ClientsAt, Home, Place } from "./places.ts";

/** All that an execution, and the executions under it, did to instances. */
export interface Case {
  readonly id: string;
  /** The name of the document, or its ARN. */
  readonly document: string;
  readonly status: string;
  /** Whether it starts others. */
  readonly fleet: boolean;
  readonly runs: readonly InstanceRun[];
  /** The accounts and Regions of which nothing is known, and why. */
  readonly unread: readonly { readonly place: Place; readonly why: string }[];
}

/** Systems Manager answers three such calls a second. @see https://docs.aws.amazon.com/general/latest/gr/ssm.html */
const AT_ONCE = 3;

/**
 * Reads an execution down to its instances, whether it was for one, for several by rate control, or for accounts and
 * Regions.
 *
 * @param place where it was started, when not at home
 * @throws AutomationExecutionNotFoundException for one that is not there, or older than Systems Manager keeps
 */
export async function readCase(
  { clientsAt, region }: Home,
  id: string,
  place: Place = { account: undefined, region },
): Promise<Case> {
  const { ssm } = await clientsAt(place);
  const execution = await get(ssm, id);
  const found = await below(clientsAt, place, execution);
  return {
    id,
    document: execution.DocumentName ?? "",
    status: execution.AutomationExecutionStatus ?? "Pending",
    fleet: isFleet(execution),
    ...found,
  };
}

type Found = Pick<Case, "runs" | "unread">;

async function below(
  clientsAt: ClientsAt,
  place: Place,
  execution: AutomationExecution,
): Promise<Found> {
  const { ssm } = await clientsAt(place);
  const id = execution.AutomationExecutionId ?? "";
  if ((execution.TargetLocations ?? []).length > 0)
    return overPlaces(clientsAt, partsOf(execution, await allSteps(ssm, id)), id);
  if (!isFleet(execution)) return { runs: [instanceRunOf(execution, place)], unread: [] };
  const children = await childrenOf(ssm, id);
  return { runs: children.map((child) => instanceRunOf(child, place)), unread: [] };
}

/** A part of a run over accounts and Regions: where, and the step that stands for it, if there is one. */
interface Part {
  readonly place: Place;
  readonly step?: StepExecution;
}

/**
 * A run over accounts and Regions has a step for each. Where no step says where it is, as AWS promises it nowhere, all
 * the places that the run was started for are looked at: that nothing was found must not be said of what was not read.
 */
function partsOf(
  { TargetLocations = [] }: AutomationExecution,
  steps: readonly StepExecution[],
): readonly Part[] {
  const known = steps.flatMap((step): readonly Part[] => {
    const { Accounts: [account] = [], Regions: [region] = [] } = step.TargetLocation ?? {};
    return region === undefined ? [] : [{ place: { account, region }, step }];
  });
  if (known.length > 0) return known;
  return TargetLocations.flatMap(({ Accounts = [], Regions = [] }) =>
    Accounts.flatMap((account) => Regions.map((region) => ({ place: { account, region } }))),
  );
}

/** In each place there is an execution that the step names, or else those that the run has started there. */
async function overPlaces(
  clientsAt: ClientsAt,
  parts: readonly Part[],
  parent: string,
): Promise<Found> {
  const limit = pLimit(AT_ONCE);
  const found = await Promise.all(
    parts.map(({ place, step }) =>
      limit(async (): Promise<readonly Found[]> => {
        const failed = (why: string): readonly Found[] => [{ runs: [], unread: [{ place, why }] }];
        if (place.account?.startsWith("ou-"))
          return failed("Systems Manager does not say which accounts of the unit it ran in.");
        try {
          const { ssm } = await clientsAt(place);
          const ids =
            step?.Outputs?.ExecutionId ??
            (await childrenOf(ssm, parent)).map((child) => child.AutomationExecutionId ?? "");
          if (ids.length === 0)
            return failed(
              step?.FailureMessage ??
                `Nothing was started${step === undefined ? "" : ` (${step.StepStatus})`}.`,
            );
          return await Promise.all(
            ids.map(async (id) => below(clientsAt, place, await get(ssm, id))),
          );
        } catch (error) {
          return failed(explained(error));
        }
      }),
    ),
  );
  return {
    runs: found.flat().flatMap(({ runs }) => runs),
    unread: found.flat().flatMap(({ unread }) => unread),
  };
}

async function get(ssm: SSMClient, id: string): Promise<AutomationExecution> {
  const { AutomationExecution: execution } = await ssm.send(
    new GetAutomationExecutionCommand({ AutomationExecutionId: id }),
  );
  if (execution === undefined) throw new Error(`Systems Manager gave no execution for ${id}.`);
  return execution;
}

/** Whether all has ended. */
export const hasEnded = ({ status, runs }: Case): boolean =>
  isFinal(status) && runs.every((run) => isFinal(run.status));

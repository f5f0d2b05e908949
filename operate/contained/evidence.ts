import {
  type EC2Client,
  paginateDescribeInstances,
  paginateDescribeTags,
} from "@aws-sdk/client-ec2";
import type { AutomationExecutionMetadata, SSMClient } from "@aws-sdk/client-ssm";
import { documentIn, partitionOf } from "automation-language/arn";
import pLimit from "p-limit";
import { chunks } from "../../common/chunks.ts";
import type { Config } from "../../common/config.ts";
import { BACKUP_TAG } from "../../common/names.ts";
import { childrenOf, isFleet, listExecutions } from "../follow.ts";
import { type InstanceRun, instanceRunOf } from "../instanceRun.ts";
import type { Clients, Place } from "../places.ts";
import { groupNames, type OwnGroup, ownGroups } from "./groups.ts";

/** What an account and Region know of containments, each source by itself. */
export interface Evidence {
  readonly place: Place;
  /** The runbook's groups. */
  readonly groups: readonly OwnGroup[];
  /** The instances that any source names and that still are there, with their interfaces. */
  readonly instances: ReadonlyMap<string, readonly Interface[]>;
  /** The tags that say where a backup is, by the resource's id. */
  readonly tags: ReadonlyMap<string, string>;
  /** What executions say, the latest last. */
  readonly runs: readonly InstanceRun[];
}

export interface Interface {
  readonly id: string;
  readonly groups: readonly { readonly id: string; readonly name: string }[];
}

/** Systems Manager answers three such calls a second. @see https://docs.aws.amazon.com/general/latest/gr/ssm.html */
const AT_ONCE = 3;
/** Most values of a filter of executions. @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_AutomationExecutionFilter.html */
const EXECUTION_VALUES = 10;
/** Most values of a filter of EC2. @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html */
const FILTER_VALUES = 200;

/**
 * Reads all sources of an account and Region. Calls that describe, no others.
 *
 * @param runbook whose executions count: of any other document, whoever wrote it chose what its outputs say
 */
export async function readEvidence(
  { ec2, ssm }: Clients,
  place: Place,
  runbook: Runbook,
): Promise<Evidence> {
  const [groups, tags, listed] = await Promise.all([
    ownGroups(ec2, groupNames()),
    backupTags(ec2),
    listedRuns(ssm, place, runbook),
  ]);
  const known = new Set(listed.map(({ id }) => id));
  const named = groups.map(({ execution }) => execution).filter((id) => UUID.test(id));
  const more = await runsById(
    ssm,
    { place, runbook },
    [...new Set(named)].filter((id) => !known.has(id)),
  );
  const runs = [...listed, ...more].sort((one, other) => timeOf(one) - timeOf(other));
  const ids = [
    ...groups.flatMap(({ instance, interfaces }) => [
      instance,
      ...interfaces.map((it) => it.instance),
    ]),
    ...tags.keys(),
    ...runs.map(({ instance }) => instance),
  ].filter((id) => /^i-[0-9a-f]{8,17}$/.test(id));
  return { place, groups, tags, runs, instances: await instancesOf(ec2, [...new Set(ids)]) };
}

/** The runbook's name, and the account that shares it where that is set; empty: any. */
export type Runbook = Pick<Config, "documentName" | "centralAccount">;

/** Whether an execution is of the runbook: of the account's own, or of one with its name that another account shares. */
function isOf(
  { documentName, centralAccount }: Runbook,
  { DocumentName = "" }: AutomationExecutionMetadata,
): boolean {
  const shared = documentIn(DocumentName);
  if (shared === undefined) return DocumentName === documentName;
  return (
    shared.name === documentName && (centralAccount === "" || shared.accountId === centralAccount)
  );
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const timeOf = ({ ended, started }: InstanceRun): number => (ended ?? started)?.getTime() ?? 0;

async function backupTags(ec2: EC2Client): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  const Filters = [
    { Name: "key", Values: [BACKUP_TAG] },
    { Name: "resource-type", Values: ["instance", "network-interface"] },
  ];
  for await (const { Tags = [] } of paginateDescribeTags({ client: ec2 }, { Filters }))
    for (const { ResourceId = "", Value = "" } of Tags) found.set(ResourceId, Value);
  return found;
}

/**
 * The runs of the document that Systems Manager keeps, those that other executions started too. A document that another
 * account shares is started, and goes, by its ARN: the account is not known here.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/documents-ssm-sharing.html
 */
async function listedRuns(
  ssm: SSMClient,
  place: Place,
  runbook: Runbook,
): Promise<readonly InstanceRun[]> {
  const limit = pLimit(AT_ONCE);
  const shared = `arn:${partitionOf(place.region)}:ssm:${place.region}:`;
  const all = await Promise.all(
    [runbook.documentName, shared].map((prefix) =>
      limit(() => listExecutions(ssm, [{ Key: "DocumentNamePrefix", Values: [prefix] }])),
    ),
  );
  const listed = all.flat().filter((execution) => isOf(runbook, execution));
  const each = await Promise.all(
    listed.map(async (execution): Promise<readonly AutomationExecutionMetadata[]> => {
      const { AutomationExecutionId: id = "" } = execution;
      return isFleet(execution) ? limit(() => childrenOf(ssm, id)) : [execution];
    }),
  );
  return each.flat().map((execution) => instanceRunOf(execution, place));
}

async function runsById(
  ssm: SSMClient,
  { place, runbook }: { readonly place: Place; readonly runbook: Runbook },
  ids: readonly string[],
): Promise<readonly InstanceRun[]> {
  const limit = pLimit(AT_ONCE);
  const found = await Promise.all(
    chunks(ids, EXECUTION_VALUES).map((some) =>
      limit(() => listExecutions(ssm, [{ Key: "ExecutionId", Values: [...some] }])),
    ),
  );
  return found
    .flat()
    .filter((execution) => isOf(runbook, execution))
    .map((execution) => instanceRunOf(execution, place));
}

async function instancesOf(
  ec2: EC2Client,
  ids: readonly string[],
): Promise<ReadonlyMap<string, readonly Interface[]>> {
  const found = new Map<string, readonly Interface[]>();
  for (const some of chunks(ids, FILTER_VALUES))
    for await (const page of paginateDescribeInstances(
      { client: ec2 },
      { Filters: [{ Name: "instance-id", Values: [...some] }] },
    ))
      for (const { InstanceId = "", State, NetworkInterfaces = [] } of (
        page.Reservations ?? []
      ).flatMap(({ Instances = [] }) => Instances))
        if (State?.Name !== "terminated")
          found.set(
            InstanceId,
            NetworkInterfaces.map(({ NetworkInterfaceId: id = "", Groups = [] }) => ({
              id,
              groups: Groups.map(({ GroupId = "", GroupName = "" }) => ({
                id: GroupId,
                name: GroupName,
              })),
            })),
          );
  return found;
}

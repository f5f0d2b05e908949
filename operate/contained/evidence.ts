import {
  type EC2Client,
  paginateDescribeInstances,
  paginateDescribeTags,
} from "@aws-sdk/client-ec2";
import type { AutomationExecutionMetadata, SSMClient } from "@aws-sdk/client-ssm";
import { documentIn, partitionOf } from "automation-language/arn";
import pLimit from "p-limit";
import { chunks } from "../../common/chunks.ts";
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
 * @param document the name of the runbook
 */
export async function readEvidence(
  { ec2, ssm }: Clients,
  place: Place,
  document: string,
): Promise<Evidence> {
  const [groups, tags, listed] = await Promise.all([
    ownGroups(ec2, groupNames()),
    backupTags(ec2),
    listedRuns(ssm, place, document),
  ]);
  const known = new Set(listed.map(({ id }) => id));
  const named = groups.map(({ execution }) => execution).filter((id) => UUID.test(id));
  const more = await runsById(
    ssm,
    place,
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
  document: string,
): Promise<readonly InstanceRun[]> {
  const limit = pLimit(AT_ONCE);
  const shared = `arn:${partitionOf(place.region)}:ssm:${place.region}:`;
  const all = await Promise.all(
    [document, shared].map((prefix) =>
      limit(() => listExecutions(ssm, [{ Key: "DocumentNamePrefix", Values: [prefix] }])),
    ),
  );
  const listed = all
    .flat()
    .filter(({ DocumentName = "" }) =>
      (documentIn(DocumentName)?.name ?? DocumentName).startsWith(document),
    );
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
  place: Place,
  ids: readonly string[],
): Promise<readonly InstanceRun[]> {
  const limit = pLimit(AT_ONCE);
  const found = await Promise.all(
    chunks(ids, EXECUTION_VALUES).map((some) =>
      limit(() => listExecutions(ssm, [{ Key: "ExecutionId", Values: [...some] }])),
    ),
  );
  return found.flat().map((execution) => instanceRunOf(execution, place));
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

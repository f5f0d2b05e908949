import { DescribeVpcsCommand, paginateDescribeInstances, type Tag } from "@aws-sdk/client-ec2";
import { ListAccountAliasesCommand } from "@aws-sdk/client-iam";
import { DescribeOrganizationCommand } from "@aws-sdk/client-organizations";
import { organizations } from "../common/clients.ts";
import { groupNames, ownGroups } from "../operate/contained/groups.ts";
import { RUN_TAG, type Target } from "./run.ts";

/** What tells a sandbox from an account that others depend on. */
export interface Facts {
  readonly account: string;
  /** Running instances in the Region, but for those of earlier runs. */
  readonly running: number;
  /** The account that manages the organization; undefined where there is none, or it may not be seen. */
  readonly managedBy: string | undefined;
  readonly aliases: readonly string[];
  /** Tags of the VPCs and of the running instances. */
  readonly tags: readonly { readonly of: string; readonly key: string; readonly value: string }[];
  /** Instances that are contained. */
  readonly contained: readonly string[];
  /** What could not be looked at. */
  readonly unseen: readonly string[];
}

/** A sandbox has at most so many instances running in a Region. */
export const MOST_RUNNING = 5;

const STAGE = /^(?:.*[:_\-./])?(?:env|environment|stage|tier|name|workload|criticality)$/i;
const PRODUCTION = /(?:^|[^a-z])(?:prod|production|prd|live)(?:$|[^a-z])/i;

/** The signs that an account is no sandbox, each in a sentence; none for one that may be used. */
export function productionSigns(facts: Facts): readonly string[] {
  const signs: string[] = [];
  if (facts.running > MOST_RUNNING)
    signs.push(
      `${facts.running} instances are running in the Region, more than the ${MOST_RUNNING} of a sandbox`,
    );
  if (facts.managedBy === facts.account) signs.push("it manages an organization");
  for (const alias of facts.aliases.filter((name) => PRODUCTION.test(name)))
    signs.push(`it is called ${alias}`);
  const tags = facts.tags.filter(({ key, value }) => STAGE.test(key) && PRODUCTION.test(value));
  for (const { of, key, value } of tags.slice(0, 5))
    signs.push(`${of} has the tag ${key}=${value}`);
  if (tags.length > 5) signs.push(`${tags.length - 5} more such tags`);
  if (facts.contained.length > 0)
    signs.push(`an incident is under way: ${facts.contained.join(", ")} is contained`);
  return signs;
}

/** Reads them. Changes nothing. */
export async function readFacts(target: Target): Promise<Facts> {
  const { clients, account, region } = target;
  const unseen: string[] = [];
  /** What may not be seen is no sign, and is told. */
  const seen = async <T>(what: string, none: T, look: () => Promise<T>): Promise<T> => {
    try {
      return await look();
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      if (error.name === "AWSOrganizationsNotInUseException") return none;
      if (!/^AccessDenied/.test(error.name)) throw error;
      unseen.push(what);
      return none;
    }
  };
  const { running, tags } = await machinesAndTags(target);
  const managedBy = await seen("the organization", undefined, async () => {
    const found = await organizations(region).send(new DescribeOrganizationCommand({}));
    return found.Organization?.MasterAccountId;
  });
  const aliases = await seen("the account's alias", [], async () => {
    const found = await clients.iam.send(new ListAccountAliasesCommand({}));
    return found.AccountAliases ?? [];
  });
  const groups = await ownGroups(clients.ec2, groupNames());
  const inside = groups.filter((group) => group.kind === "containment");
  const contained = inside.flatMap(({ interfaces }) => interfaces.map(({ instance }) => instance));
  return { account, running, managedBy, aliases, tags, contained: [...new Set(contained)], unseen };
}

async function machinesAndTags({ clients }: Target): Promise<Pick<Facts, "running" | "tags">> {
  const { ec2 } = clients;
  const all: { readonly of: string; readonly Tags?: readonly Tag[] | undefined }[] = [];
  const Filters = [{ Name: "instance-state-name", Values: ["pending", "running"] }];
  let running = 0;
  for await (const page of paginateDescribeInstances({ client: ec2 }, { Filters }))
    for (const { Instances = [] } of page.Reservations ?? [])
      for (const { InstanceId = "", Tags } of Instances) {
        if (Tags?.some(({ Key }) => Key === RUN_TAG)) continue;
        running += 1;
        all.push({ of: InstanceId, Tags });
      }
  const { Vpcs = [] } = await ec2.send(new DescribeVpcsCommand({}));
  for (const { VpcId = "", Tags } of Vpcs) all.push({ of: VpcId, Tags });
  const tags = all.flatMap(({ of, Tags = [] }) =>
    Tags.map(({ Key = "", Value = "" }) => ({ of, key: Key, value: Value })),
  );
  return { running, tags };
}

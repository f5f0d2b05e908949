/** What ARNs are made of. @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html */

export const accountIdPattern = /^\d{12}$/;

/** The partitions other than aws, by how the names of their Regions begin. */
const partitions: readonly (readonly [prefix: string, partition: string])[] = [
  ["cn-", "aws-cn"],
  ["us-gov-", "aws-us-gov"],
  ["us-iso-", "aws-iso"],
  ["us-isob-", "aws-iso-b"],
  ["eu-isoe-", "aws-iso-e"],
  ["us-isof-", "aws-iso-f"],
  ["eusc-", "aws-eusc"],
];

/** The partition that a Region belongs to. @see https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html */
export const partitionOf = (region: string): string =>
  partitions.find(([prefix]) => region.startsWith(prefix))?.[1] ?? "aws";

/** A role, as its ARN names it; `name` without the path. */
export interface RoleArn {
  readonly partition: string;
  readonly accountId: string;
  readonly name: string;
}

/** The parts of a role's ARN; undefined for any other text. */
export function roleIn(arn: string): RoleArn | undefined {
  const [, partition, accountId, name] =
    /^arn:([^:]+):iam::(\d{12}):role\/(?:\S*\/)?([^/\s]+)$/.exec(arn) ?? [];
  return partition !== undefined && accountId !== undefined && name !== undefined
    ? { partition, accountId, name }
    : undefined;
}

/** The parts of the ARN of a Systems Manager document; undefined for any other text, such as a name alone. */
export function documentIn(
  arn: string,
): { readonly region: string; readonly accountId: string; readonly name: string } | undefined {
  const [, region, accountId, name] =
    /^arn:[^:]+:ssm:([^:]+):(\d{12}):document\/(.+)$/.exec(arn) ?? [];
  return region !== undefined && accountId !== undefined && name !== undefined
    ? { region, accountId, name }
    : undefined;
}

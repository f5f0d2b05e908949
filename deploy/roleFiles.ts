import { partitionOf } from "automation-language/arn";
import { bucketNames, type Config, respondNames } from "../common/config.ts";
import type { DocumentDefinition } from "../document/documents.ts";
import { automationsOf, SYSTEMS_MANAGER } from "../document/trust.ts";

/** The role of a document as JSON: for Terraform, for `aws iam`, for any other tool. */
export interface RoleFiles {
  readonly policy: string;
  readonly trust: string;
}

/**
 * What a deployment with these settings gives the role of a document in an account.
 *
 * @param regions of the settings, or the one of the environment; none: any
 */
export function roleFiles(
  { policy }: DocumentDefinition,
  config: Config,
  accountId: string,
  regions: readonly string[],
): RoleFiles {
  const partition = partitionOf(regions[0] ?? "");
  const granted = policy({
    ...{ partition, accountId, regions },
    buckets: bucketNames(config, accountId),
    containDocument: config.documentName,
    containRole: `arn:${partition}:iam::${accountId}:role${config.rolePath}${config.automationRoleName}`,
    topic: respondNames(config).topic,
    roles: config.protectRoles,
  });
  const text = (Statement: readonly object[]): string =>
    `${JSON.stringify({ Version: "2012-10-17", Statement }, null, 2)}\n`;
  return {
    policy: text(granted.map(({ statement }) => statement)),
    trust: text([
      {
        Effect: "Allow",
        Principal: { Service: SYSTEMS_MANAGER },
        Action: "sts:AssumeRole",
        Condition: automationsOf(partition, accountId),
      },
    ]),
  };
}

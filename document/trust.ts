import type { Condition } from "./grants.ts";

/** Who may assume the role of a document. */
export const SYSTEMS_MANAGER = "ssm.amazonaws.com";

/**
 * For whom Systems Manager may assume it: automations of this account, so that another account's automation can't use
 * the role (the confused deputy).
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-setup-iam.html
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
 */
export const automationsOf = (partition: string, accountId: string): Condition => ({
  StringEquals: { "aws:SourceAccount": accountId },
  ArnLike: { "aws:SourceArn": `arn:${partition}:ssm:*:${accountId}:automation-execution/*` },
});

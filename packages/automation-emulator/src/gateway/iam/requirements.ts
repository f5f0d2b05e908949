/**
 * What each operation must be allowed: actions, the resources that they are checked against and the
 * condition keys that come with them.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
 */
import type { DecodedCall } from "../decode.ts";
import { autoscaling } from "./autoscaling.ts";
import { ec2 } from "./ec2.ts";
import { kms } from "./kms.ts";
import type { Requirement, Requirements } from "./requirement.ts";
import { s3, s3control } from "./s3.ts";
import { iamService, ssm, sts } from "./ssm.ts";

const services: Readonly<Record<string, Requirements>> = {
  autoscaling,
  ec2,
  iam: iamService,
  kms,
  s3,
  s3control,
  ssm,
  sts,
};

/** The requirements of a call; undefined for an operation that has no entry. */
export const requirementsOf: Requirements = async (call, facts) =>
  services[call.service]?.(call, facts);

/** IAM's prefix of a service where the signature names it otherwise. */
const prefixes: Readonly<Record<string, string>> = {
  monitoring: "cloudwatch",
  tagging: "tag",
  s3control: "s3",
};

/** The best guess for an operation without an entry: the action of the same name, on everything. */
export function wildcardRequirement(call: DecodedCall): Requirement {
  return {
    action: `${prefixes[call.service] ?? call.service}:${call.operation}`,
    resource: "*",
    resourceAccount: call.accountId,
    context: {},
  };
}

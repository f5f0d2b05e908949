/**
 * What each operation must be allowed: actions, the resources that they are checked against and the
 * condition keys that come with them.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
 */
import type { DecodedCall } from "../decode.ts";
import { autoscaling } from "./autoscaling.ts";
import { ec2 } from "./ec2.ts";
import type { Facts } from "./facts.ts";
import { kms } from "./kms.ts";
import { s3, s3control } from "./s3.ts";
import { iamService, ssm, sts } from "./ssm.ts";

/** One action on one resource that a call must be allowed. */
export interface Requirement {
  /** `ec2:CreateTags` */
  readonly action: string;
  /** `*` for an action that knows no resources. */
  readonly resource: string;
  /** What the refusal names; for a resource yet to be made its type with `*`. */
  readonly shown?: string;
  /** The account that the resource belongs to. */
  readonly resourceAccount: string;
  readonly context: Readonly<Record<string, string | string[]>>;
  /** A bucket, key or trust policy. */
  readonly resourcePolicy?: unknown;
}

export type Requirements = (
  call: DecodedCall,
  facts: Facts,
) => Promise<readonly Requirement[] | undefined>;

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

/** The requirements of a call; undefined for an operation that nobody has entered here. */
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

/** `aws`, `aws-cn` or `aws-us-gov`. */
export function partitionOf(region: string): string {
  if (region.startsWith("cn-")) return "aws-cn";
  return region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
}

import { DOCUMENT_BUDGET, DOCUMENT_LIMIT } from "../build/emit.ts";
import type { Parameter, Reference } from "../build/types.ts";

/** Bytes of parameters that fit beside the document; validateRequiredInputs checks it. */
export const parameterBytes = DOCUMENT_LIMIT - DOCUMENT_BUDGET;
/** Bytes that the other parameters take, as people give them: ids, a role, a bucket, a key, a tag. */
const otherBytes = 700;
/** A rule as people give it, in bytes. */
const ruleBytes = JSON.stringify({
  Cidr: "203.0.113.10/32",
  IpProtocol: "tcp",
  FromPort: "443",
  ToPort: "443",
}).length;
/** How many rules fit in each direction, if they are no longer than that; validateRequiredInputs counts the bytes. */
export const rulesThatFit = Math.floor((parameterBytes - otherBytes) / 2 / ruleBytes);

/**
 * The runbook's parameters: names, defaults and meaning of the seed article, types that give the
 * console its pickers. A description is all that a person sees beside the field.
 *
 * @see https://docs.aws.amazon.com/systems-manager-automation-runbooks/latest/userguide/automation-awssupport-containec2instance.html
 */
export const parameters = {
  InstanceId: {
    type: "AWS::EC2::Instance::Id",
    description: "(Required) The EC2 instance.",
    allowedPattern: "^i-(?:[0-9a-f]{8}|[0-9a-f]{17})$",
  },
  Action: {
    type: "String",
    description:
      "(Optional) Contain isolates the instance. Release (or Restore, the same) gives back what it had before.",
    default: "Contain",
    allowedValues: ["Contain", "Release", "Restore"],
  },
  DryRun: {
    type: "Boolean",
    description: "(Optional) true reports every change that would be made and makes none.",
    default: true,
  },
  CreateAMIBackup: {
    type: "Boolean",
    description:
      "(Contain only) true also makes an image, without reboot, after the isolation, and an encrypted copy.",
    default: false,
  },
  KmsKey: {
    type: "String",
    description:
      "(Optional, with CreateAMIBackup) The symmetric KMS key that encrypts the copy: its ID, ARN or alias.",
    default: "alias/aws/ebs",
    allowedPattern: "^[a-zA-Z0-9:/_-]{1,256}$",
  },
  IngressInput: {
    type: "MapList",
    description: `(Contain only) What may still reach the instance, nothing by default, up to about ${rulesThatFit} rules. Format: [{"Cidr": "1.2.3.4/32", "IpProtocol": "tcp", "FromPort":"22", "ToPort":"22"}]. IPv4 or IPv6, never every address; tcp, udp, icmp, icmpv6, or -1 for all (without ports). For icmp the ports are type and code, -1 for all.`,
    default: [],
    maxItems: 50,
  },
  EgressInput: {
    type: "MapList",
    description: `(Contain only) What the instance may still reach; nothing by default, up to about ${rulesThatFit} rules, in the same form.`,
    default: [],
    maxItems: 50,
  },
  TagIdentifier: {
    type: "String",
    description:
      "(Optional) A tag for what Contain makes or changes, as Key=BatchId,Value=78925, case-sensitive. Release removes it.",
    default: "",
    allowedPattern:
      "^$|^[Kk][Ee][Yy]=[+\\-=._:/@a-zA-Z0-9]{1,128},[Vv][Aa][Ll][Uu][Ee]=[+\\-=._:/@a-zA-Z0-9]{0,128}$",
  },
  S3BucketName: {
    type: "AWS::S3::Bucket::Name",
    description:
      "(Required) The private S3 bucket of this account for the backup. Contain makes it if it is missing.",
    allowedPattern: "^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$",
  },
  S3PrefixName: {
    type: "String",
    description:
      "(Required for Release) Contain: a folder for the backup, such as incidents/4711. Release: the backup's key, as Contain reported it (….DIGEST.json).",
    default: "",
    allowedPattern: "^[a-zA-Z0-9/_.=+:@-]{0,256}$",
  },
  AutomationAssumeRole: {
    type: "AWS::IAM::Role::Arn",
    description: "(Required) The IAM role that the runbook acts as.",
    default: "",
    allowedPattern: "^$|^arn:aws[a-z-]*:iam::[0-9]{12}:role/[a-zA-Z0-9+=,.@_/-]{1,512}$",
  },
  BackupS3BucketAccess: {
    type: "StringList",
    description:
      "(Contain only) ARNs of IAM users, roles or accounts (…:root) that may read a bucket which Contain makes.",
    default: [],
    maxItems: 5,
    allowedPattern:
      "^arn:aws[a-z-]*:iam::[0-9]{12}:(?:root|(?:user|role)/[a-zA-Z0-9+=,.@_/-]{1,128})$",
  },
} as const satisfies Record<string, Parameter>;

/** References to the parameters, for the inputs of steps. */
export const parameter = Object.fromEntries(
  Object.keys(parameters).map((name) => [name, { reference: name }]),
) as { readonly [K in keyof typeof parameters]: Reference };

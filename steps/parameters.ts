import { DOCUMENT_BUDGET, DOCUMENT_LIMIT } from "../build/emit.ts";
import type { Parameter, Reference } from "../build/types.ts";

/** Bytes of parameters that fit beside the document, less half a KB for names (validateRequiredInputs checks it). */
export const parameterBytes = DOCUMENT_LIMIT - DOCUMENT_BUDGET - 512;
/** Bytes that all parameters but the rules take at most, by their patterns. */
const otherBytes = 3000;
/** A rule at its longest, in bytes. */
const ruleBytes = JSON.stringify({
  Cidr: "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128",
  IpProtocol: "icmpv6",
  FromPort: "65535",
  ToPort: "65535",
}).length;
/** How many rules fit in each direction, whatever they and the other parameters are. */
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
    description:
      "(Required) The EC2 instance, in this account and Region.",
    allowedPattern: "^i-(?:[0-9a-f]{8}|[0-9a-f]{17})$",
  },
  Action: {
    type: "String",
    description:
      "(Optional) Contain isolates the instance. Release (or Restore, the same) gives it back what it had before.",
    default: "Contain",
    allowedValues: ["Contain", "Release", "Restore"],
  },
  DryRun: {
    type: "Boolean",
    description:
      "(Optional) true reports every change that would be made and makes none.",
    default: true,
  },
  CreateAMIBackup: {
    type: "Boolean",
    description:
      "(Optional, Contain only) true also makes an image of the instance, without reboot, after the isolation, and an encrypted copy.",
    default: false,
  },
  KmsKey: {
    type: "String",
    description:
      "(Optional, with CreateAMIBackup) The symmetric KMS key that encrypts the copy: key ID, key ARN, alias/NAME or alias ARN.",
    default: "alias/aws/ebs",
    allowedPattern: "^[a-zA-Z0-9:/_-]{1,256}$",
  },
  IngressInput: {
    type: "MapList",
    description:
      `(Optional, Contain only) What may still reach the instance, such as your forensic workstation; nothing by default, at most ${rulesThatFit} rules. Format: [{"Cidr": "1.2.3.4/32", "IpProtocol": "tcp", "FromPort":"22", "ToPort":"22"}]. IPv4 or IPv6, never every address; tcp, udp, icmp, icmpv6, or -1 for all (without ports). For icmp the ports are type and code, -1 for all.`,
    default: [],
    maxItems: rulesThatFit,
  },
  EgressInput: {
    type: "MapList",
    description:
      `(Optional, Contain only) What the instance may still reach; nothing by default, at most ${rulesThatFit} rules, in the same form.`,
    default: [],
    maxItems: rulesThatFit,
  },
  TagIdentifier: {
    type: "String",
    description:
      "(Optional) A tag for all that Contain makes or changes, as Key=BatchId,Value=78925, case-sensitive. Release removes it.",
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
      "(Required for Release) Contain: a folder for the backup, such as incidents/4711. Release: the key of the backup, as Contain reported it (…/EXECUTION-ID.DIGEST.json).",
    default: "",
    allowedPattern: "^[a-zA-Z0-9/_.=+:@-]{0,256}$",
  },
  AutomationAssumeRole: {
    type: "AWS::IAM::Role::Arn",
    description:
      "(Required) The ARN of the IAM role that the runbook acts as: scripts may call AWS with a role only. If empty, the run ends at once.",
    default: "",
    allowedPattern: "^$|^arn:aws[a-z-]*:iam::[0-9]{12}:role/[a-zA-Z0-9+=,.@_/-]{1,512}$",
  },
  BackupS3BucketAccess: {
    type: "StringList",
    description:
      "(Optional, Contain only) ARNs of up to 5 IAM users, roles or accounts (…:root) that may read a bucket which Contain makes.",
    default: [],
    maxItems: 5,
    allowedPattern: "^arn:aws[a-z-]*:iam::[0-9]{12}:(?:root|(?:user|role)/[a-zA-Z0-9+=,.@_/-]{1,128})$",
  },
} as const satisfies Record<string, Parameter>;

/** References to the parameters, for the inputs of steps. */
export const parameter = Object.fromEntries(
  Object.keys(parameters).map((name) => [name, { reference: name }]),
) as { readonly [K in keyof typeof parameters]: Reference };

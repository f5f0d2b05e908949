import type { Parameter, Reference } from "../build/types.ts";

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
      "(Required) The EC2 instance to contain or to release, in this account and Region.",
    allowedPattern: "^i-(?:[0-9a-f]{8}|[0-9a-f]{17})$",
  },
  Action: {
    type: "String",
    description:
      "(Optional) Contain isolates the instance from the network. Release (or Restore, the same) gives it back what it had before.",
    default: "Contain",
    allowedValues: ["Contain", "Release", "Restore"],
  },
  DryRun: {
    type: "Boolean",
    description:
      "(Optional) true changes nothing and reports every change that would be made; false makes the changes.",
    default: true,
  },
  CreateAMIBackup: {
    type: "Boolean",
    description:
      "(Optional, Contain only) true also makes an image of the instance, without reboot and after the isolation, and an encrypted copy of it.",
    default: false,
  },
  KmsKey: {
    type: "String",
    description:
      "(Optional, with CreateAMIBackup) The symmetric KMS key that encrypts the copy: key ID, key ARN, alias/NAME or alias ARN.",
    default: "alias/aws/ebs",
    allowedPattern: "^[a-zA-Z0-9:/_-]{1,2048}$",
  },
  IngressInput: {
    type: "MapList",
    description:
      '(Optional, Contain only) What may still reach the instance, for example your forensic workstation; nothing by default. Format: [{"Cidr": "1.2.3.4/32", "IpProtocol": "tcp", "FromPort":"22", "ToPort":"22"}]. IPv4 or IPv6; tcp, udp, icmp, icmpv6, a protocol number, or -1 for all (then leave the ports out). For icmp the ports are type and code, -1 for all.',
    default: [],
    maxItems: 60,
  },
  EgressInput: {
    type: "MapList",
    description:
      '(Optional, Contain only) What the instance may still reach; nothing by default. Format: [{"Cidr": "1.2.3.4/32", "IpProtocol": "tcp", "FromPort":"443", "ToPort":"443"}].',
    default: [],
    maxItems: 60,
  },
  TagIdentifier: {
    type: "String",
    description:
      "(Optional) A tag for all that Contain makes or changes, as Key=BatchId,Value=78925, case-sensitive. Release removes it; it may be left empty there.",
    default: "",
    allowedPattern:
      "^$|^[Kk][Ee][Yy]=[+\\-=._:/@a-zA-Z0-9]{1,128},[Vv][Aa][Ll][Uu][Ee]=[+\\-=._:/@a-zA-Z0-9]{0,128}$",
  },
  S3BucketName: {
    type: "AWS::S3::Bucket::Name",
    description:
      "(Required) The private S3 bucket of this account for the backup that Release needs. Contain makes it if it does not exist.",
    allowedPattern: "^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$",
  },
  S3PrefixName: {
    type: "String",
    description:
      "(Required for Release) Contain: a folder for the backup, such as incidents/4711, or empty. Release: the key of the backup, as Contain put it out (…/EXECUTION-ID.json).",
    default: "",
    allowedPattern: "^[a-zA-Z0-9/_.=+:@-]{0,256}$",
  },
  AutomationAssumeRole: {
    type: "AWS::IAM::Role::Arn",
    description:
      "(Optional) The ARN of the IAM role that the runbook acts as. Systems Manager lets scripts call AWS with a role only: if empty, the run ends at once, with nothing changed.",
    default: "",
    allowedPattern: "^$|^arn:aws[a-z-]*:iam::[0-9]{12}:role/[a-zA-Z0-9+=,.@_/-]{1,512}$",
  },
} as const satisfies Record<string, Parameter>;

/** References to the parameters, for the inputs of steps. */
export const parameter = Object.fromEntries(
  Object.keys(parameters).map((name) => [name, { reference: name }]),
) as { readonly [K in keyof typeof parameters]: Reference };

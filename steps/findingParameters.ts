import type { Parameter, Reference } from "../build/types.ts";

/**
 * A character of what a finding names. Products of others write that as they like, and a start that is refused would
 * be lost in silence: all but what could end a text, a line or a reference.
 *
 * @see https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-findings-format-syntax.html
 */
const ofFinding = String.raw`[^\p{Cntrl}"\\{}]`;

/**
 * The parameters of RespondToFinding. What a rule of EventBridge fills in from the finding comes first, then what the
 * deployment sets. Texts of findings are not taken: whoever causes a finding can write into them.
 *
 * @see https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_findings_eventbridge.html
 */
export const findingParameters = {
  Resource: {
    type: "String",
    description: "(Required) The EC2 instance of the finding: its ID or its ARN.",
    // What is no instance is refused by the first step, in words: a start that is refused would be lost in silence.
    allowedPattern: `^${ofFinding}{1,1024}$`,
  },
  FindingId: {
    type: "String",
    description: "(Required) The finding's ID in GuardDuty, or its ARN in Security Hub.",
    allowedPattern: `^${ofFinding}{1,512}$`,
  },
  FindingType: {
    type: "String",
    description: "(Optional) What was found, such as Backdoor:EC2/C&CActivity.B.",
    default: "not given",
    allowedPattern: `^${ofFinding}{0,256}$`,
  },
  Severity: {
    type: "String",
    description: "(Optional) The finding's severity: GuardDuty's number or Security Hub's label.",
    default: "not given",
    allowedPattern: "^[a-zA-Z0-9. ]{0,20}$",
  },
  Approvers: {
    type: "StringList",
    description:
      "(Required) Who may approve: up to 10 ARNs of IAM users or roles, or names of users.",
    minItems: 1,
    maxItems: 10,
  },
  MinRequiredApprovals: {
    type: "Integer",
    description: "(Optional) How many of them have to approve. One who rejects ends it.",
    default: 1,
  },
  ApprovalTopic: {
    type: "String",
    description:
      "(Required) The SNS topic that tells the approvers of the plan and then of the outcome: its ARN. Its name begins with Automation.",
    allowedPattern: "^arn:aws[a-z-]*:sns:[a-z0-9-]{1,30}:[0-9]{12}:Automation[a-zA-Z0-9_-]{0,246}$",
  },
  DocumentName: {
    type: "String",
    description: "(Optional) The name or ARN of the runbook that contains.",
    default: "ContainEC2Instance",
    allowedPattern: "^[a-zA-Z0-9_.:/-]{3,200}$",
  },
  ContainRole: {
    type: "AWS::IAM::Role::Arn",
    description: "(Required) The IAM role that the containment acts as.",
    allowedPattern: "^arn:aws[a-z-]*:iam::[0-9]{12}:role/[a-zA-Z0-9+=,.@_/-]{1,512}$",
  },
  S3BucketName: {
    type: "AWS::S3::Bucket::Name",
    description: "(Required) The private S3 bucket of this account for the backup.",
    allowedPattern: "^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$",
  },
  CreateAMIBackup: {
    type: "Boolean",
    description: "(Optional) true also makes an image of the instance and an encrypted copy.",
    default: false,
  },
  AutomationAssumeRole: {
    type: "AWS::IAM::Role::Arn",
    description: "(Required) The IAM role that this runbook acts as.",
    allowedPattern: "^arn:aws[a-z-]*:iam::[0-9]{12}:role/[a-zA-Z0-9+=,.@_/-]{1,512}$",
  },
} as const satisfies Record<string, Parameter>;

/** A reference to each parameter. */
export const findingParameter = Object.fromEntries(
  Object.keys(findingParameters).map((name) => [name, { reference: name }]),
) as { readonly [Name in keyof typeof findingParameters]: Reference };

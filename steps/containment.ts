import type { Permissions, Value } from "../build/types.ts";
import { findingParameter } from "./findingParameters.ts";
import { readFinding } from "./readFinding/step.ts";

/** What starting the runbook that contains needs, for its dry run and for itself. */
export const startContainment = {
  "ssm:StartAutomationExecution": "start the runbook that contains",
  "ssm:GetAutomationExecution": "wait for its end and read its report",
  "ssm:StopAutomationExecution": "end it if this execution is cancelled",
  "iam:PassRole": "hand it the role that it acts as",
} as const satisfies Permissions;

/** What the runbook is given, but for DryRun. */
export const containmentParameters = {
  Action: "Contain",
  InstanceId: readFinding.out.InstanceId,
  S3BucketName: findingParameter.S3BucketName,
  CreateAMIBackup: findingParameter.CreateAMIBackup,
  AutomationAssumeRole: findingParameter.ContainRole,
} as const satisfies Record<string, Value>;

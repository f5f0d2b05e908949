import { system, type Value } from "../build/types.ts";
import { backupBucketPreChecks } from "./backupBucketPreChecks/step.ts";
import { parameter } from "./parameters.ts";

/** What the planning scripts know of the run; the Run that they put out carries it to the later ones. */
export const runEvents = {
  AccountId: system.accountId,
  Region: system.region,
  Partition: system.partition,
  Execution: system.executionId,
  InstanceId: parameter.InstanceId,
  Bucket: parameter.S3BucketName,
  BucketRegion: backupBucketPreChecks.out.Region,
  Role: parameter.AutomationAssumeRole,
  Document: "ContainEC2Instance",
} as const satisfies Record<string, Value>;

/** What a report step puts out: a text for a person. */
export const reportOutput = {
  Output: { selector: "$.Payload.Output", type: "String" },
} as const;

/** What a step that composes a report puts out: the text, and the same for a program. */
export const reportOutputs = {
  ...reportOutput,
  Json: { selector: "$.Payload.Json", type: "StringMap" },
} as const;

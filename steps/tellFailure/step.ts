import { defineStep, system, template } from "../../build/types.ts";
import { findingParameter } from "../findingParameters.ts";
import { readFinding } from "../readFinding/step.ts";

export const tellFailure = defineStep({
  name: "tellFailure",
  action: "aws:executeAwsApi",
  description:
    "Tells those who were asked that the containment failed. This execution ends as Failed.",
  service: "sns",
  api: "Publish",
  parameters: {
    TopicArn: findingParameter.ApprovalTopic,
    Subject: template`CONTAINMENT FAILED: ${readFinding.out.InstanceId}`,
    Message: template`The containment of ${readFinding.out.InstanceId} in account ${system.accountId}, ${system.region}, was approved and failed. The instance may not be isolated. Its report says how it stands and what to do: the step containInstance of execution ${system.executionId}.`,
  },
  outputs: {},
  permissions: { "sns:Publish": "tell those who were asked that it failed" },
});

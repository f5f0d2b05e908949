import { defineStep, template } from "../../build/types.ts";
import { findingParameter } from "../findingParameters.ts";
import { readFinding } from "../readFinding/step.ts";
import { writeOutcome } from "../writeOutcome/step.ts";

export const tellOutcome = defineStep({
  name: "tellOutcome",
  action: "aws:executeAwsApi",
  description: "Sends the report to those who were asked.",
  service: "sns",
  api: "Publish",
  parameters: {
    TopicArn: findingParameter.ApprovalTopic,
    Subject: template`Contained: ${readFinding.out.InstanceId}`,
    Message: writeOutcome.out.Output,
  },
  outputs: {},
  permissions: { "sns:Publish": "tell those who were asked what came of it" },
});

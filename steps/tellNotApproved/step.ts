import { defineStep, system, template } from "../../build/types.ts";
import { findingParameter } from "../findingParameters.ts";
import { readFinding } from "../readFinding/step.ts";

export const tellNotApproved = defineStep({
  name: "tellNotApproved",
  action: "aws:executeAwsApi",
  description:
    "Tells the approvers that a containment was rejected, or not approved in time. Ends as Failed.",
  service: "sns",
  api: "Publish",
  parameters: {
    TopicArn: findingParameter.ApprovalTopic,
    Subject: template`NOT CONTAINED: ${readFinding.out.InstanceId}`,
    Message: template`The containment of ${readFinding.out.InstanceId} in account ${system.accountId}, ${system.region}, was not approved: nothing was changed, and nobody is asked again unless the finding is sent again. Finding: ${findingParameter.FindingType}, severity ${findingParameter.Severity}, ID ${findingParameter.FindingId}. Whether it was rejected, or had too few answers in time: the step askForApproval of execution ${system.executionId}. To contain it after all, start ${findingParameter.DocumentName} for it.`,
  },
  outputs: {},
  permissions: { "sns:Publish": "tell the approvers that nothing was done" },
});

import { defineStep, system, template } from "../../build/types.ts";
import { findingParameter } from "../findingParameters.ts";

export const tellNotPlanned = defineStep({
  name: "tellNotPlanned",
  action: "aws:executeAwsApi",
  description: "Tells the approvers of a finding for which there is no plan. Ends as Failed.",
  service: "sns",
  api: "Publish",
  parameters: {
    TopicArn: findingParameter.ApprovalTopic,
    Subject: "FINDING WITHOUT A PLAN",
    Message: template`${findingParameter.FindingType}, severity ${findingParameter.Severity}, finding ${findingParameter.FindingId}: how ${findingParameter.Resource} would be contained can't be planned, so nobody is asked and nothing was changed. Why: the failed step of execution ${system.executionId} in account ${system.accountId}, ${system.region}. Look at the finding, and contain by hand if the instance is there.`,
  },
  outputs: {},
  permissions: { "sns:Publish": "tell the approvers of a finding without a plan" },
});

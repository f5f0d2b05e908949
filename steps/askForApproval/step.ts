import { defineStep } from "../../build/types.ts";
import { approvalHours } from "../approval.ts";
import { findingParameter } from "../findingParameters.ts";
import { writeRequest } from "../writeRequest/step.ts";

/** A rejection, and no answer in time, end the execution as failed: nothing was changed. */
export const askForApproval = defineStep({
  name: "askForApproval",
  action: "aws:approve",
  description: `Asks the approvers, with the plan. Without enough of them within ${approvalHours} hours nothing is done.`,
  timeoutSeconds: approvalHours * 3600,
  inputs: {
    NotificationArn: findingParameter.ApprovalTopic,
    Message: writeRequest.out.Message,
    MinRequiredApprovals: findingParameter.MinRequiredApprovals,
    Approvers: findingParameter.Approvers,
  },
  outputs: {},
  permissions: { "sns:Publish": "tell the approvers" },
});

import { defineStep } from "../../build/types.ts";
import { parameter } from "../parameters.ts";
import { validateRequiredInputs } from "../validateRequiredInputs/step.ts";

export const getAutoScalingInstanceInfo = defineStep({
  name: "getAutoScalingInstanceInfo",
  action: "aws:executeScript",
  description:
    "Gets information about the AutoScaling instance in the account; refuses states without a way to Standby.",
  payload: { InstanceId: parameter.InstanceId, Action: validateRequiredInputs.out.Action },
  outputs: {
    AutoScalingGroupName: { selector: "$.Payload.AutoScalingGroupName", type: "String" },
    LifecycleState: { selector: "$.Payload.LifecycleState", type: "String" },
    IsMember: { selector: "$.Payload.IsMember", type: "String" },
  },
  permissions: {
    "autoscaling:DescribeAutoScalingInstances": "find the group that the instance belongs to",
  },
});

import { defineStep } from "../../build/types.ts";
import { describeAutoScalingGroups } from "../describeAutoScalingGroups/step.ts";
import { run } from "../events.ts";

export const modifyAutoScalingGroup = defineStep({
  name: "modifyAutoScalingGroup",
  action: "aws:executeScript",
  description: "Brings the instance to Standby: its group keeps it.",
  payload: {
    Run: run,
    MinSize: describeAutoScalingGroups.out.MinSize,
  },
  outputs: {},
  permissions: {
    "autoscaling:DescribeAutoScalingInstances":
      "see whether a call that was not answered has worked",
    "autoscaling:CreateOrUpdateTags": "tag the group, and keep its MinSize of before there",
    "autoscaling:UpdateAutoScalingGroup": "lower MinSize where Standby would be refused",
    "autoscaling:EnterStandby": "keep the group from terminating the evidence",
  },
});

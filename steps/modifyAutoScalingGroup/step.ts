import { defineStep } from "../../build/types.ts";
import { describeAutoScalingGroups } from "../describeAutoScalingGroups/step.ts";
import { noteFailure, readScaling } from "../permissions.ts";
import { planChanges } from "../planChanges/step.ts";

export const modifyAutoScalingGroup = defineStep({
  name: "modifyAutoScalingGroup",
  action: "aws:executeScript",
  description:
    "Brings the instance to Standby, so that its Auto Scaling group does not terminate it; lowers MinSize where it must.",
  payload: {
    Plan: planChanges.out.Plan,
    MinSize: describeAutoScalingGroups.out.MinSize,
  },
  outputs: {},
  permissions: {
    ...noteFailure,
    ...readScaling,
    "autoscaling:CreateOrUpdateTags": "tag the group, and keep its MinSize of before there",
    "autoscaling:UpdateAutoScalingGroup": "lower MinSize where Standby would be refused",
    "autoscaling:EnterStandby": "keep the group from terminating the evidence",
  },
});

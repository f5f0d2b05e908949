import { defineStep } from "../../build/types.ts";
import { getAutoScalingInstanceInfo } from "../getAutoScalingInstanceInfo/step.ts";

export const describeAutoScalingGroups = defineStep({
  name: "describeAutoScalingGroups",
  action: "aws:executeAwsApi",
  description: "Reads MinSize.",
  maxAttempts: 2,
  service: "autoscaling",
  api: "DescribeAutoScalingGroups",
  parameters: { AutoScalingGroupNames: [getAutoScalingInstanceInfo.out.AutoScalingGroupName] },
  outputs: {
    MinSize: { selector: "$.AutoScalingGroups[0].MinSize", type: "Integer" },
  },
  permissions: { "autoscaling:DescribeAutoScalingGroups": "read the group's sizes" },
});

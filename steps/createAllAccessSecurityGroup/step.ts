import { defineStep, system, template } from "../../build/types.ts";
import { getAutoScalingInstanceInfo } from "../getAutoScalingInstanceInfo/step.ts";
import { parameter } from "../parameters.ts";

const { OpenVpc, OpenTags, Key } = getAutoScalingInstanceInfo.out;

/** The group is without ingress here: the script of the next step, which puts it on and deletes it, gives its rules. */
export const createAllAccessSecurityGroup = defineStep({
  name: "createAllAccessSecurityGroup",
  action: "aws:executeAwsApi",
  description: "Creates all access security group, closed; the next step opens it.",
  service: "ec2",
  api: "CreateSecurityGroup",
  parameters: {
    GroupName: template`ContainEC2Instance-all-access-${parameter.InstanceId}-${system.executionId}`,
    Description: Key,
    VpcId: OpenVpc,
    TagSpecifications: OpenTags,
  },
  outputs: {},
  permissions: {
    "ec2:CreateSecurityGroup": "make the all-access group",
    "ec2:CreateTags": "tag the group as it is made",
  },
});

import { defineStep } from "../../build/types.ts";
import { parameter } from "../parameters.ts";
import { readInstance } from "../permissions.ts";

export const assertSourceInstanceRootVolumeIsEbs = defineStep({
  name: "assertSourceInstanceRootVolumeIsEbs",
  action: "aws:assertAwsResourceProperty",
  description: "Asserts the source instance root volume is `ebs`.",
  service: "ec2",
  api: "DescribeInstances",
  parameters: { InstanceIds: [parameter.InstanceId] },
  propertySelector: "$.Reservations[0].Instances[0].RootDeviceType",
  desiredValues: ["ebs"],
  outputs: {},
  permissions: readInstance,
});

import { defineStep } from "../../build/types.ts";
import { parameter } from "../parameters.ts";
import { readInstance } from "../permissions.ts";

export const assertInstanceIsNotTerminated = defineStep({
  name: "assertInstanceIsNotTerminated",
  action: "aws:assertAwsResourceProperty",
  description: "Asserts EC2 instance exists.",
  service: "ec2",
  api: "DescribeInstances",
  parameters: { InstanceIds: [parameter.InstanceId] },
  propertySelector: "$.Reservations[0].Instances[0].State.Name",
  desiredValues: ["pending", "running", "stopping", "stopped"],
  outputs: {},
  permissions: readInstance,
});

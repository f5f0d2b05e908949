import { defineStep } from "../../build/types.ts";
import { imageDescription, imageName, imageTimeoutSeconds } from "../evidence.ts";
import { parameter } from "../parameters.ts";

export const createImage = defineStep({
  name: "createImage",
  action: "aws:createImage",
  description: "Creates an Amazon Machine Image (AMI) of the source EC2 instance.",
  timeoutSeconds: imageTimeoutSeconds,
  inputs: {
    InstanceId: parameter.InstanceId,
    ImageName: imageName,
    ImageDescription: imageDescription,
    NoReboot: true,
  },
  outputs: {},
  permissions: {
    "ec2:CreateImage": "make the image",
    "ec2:CreateSnapshot": "make the image's snapshots",
    "ec2:DescribeImages": "wait until the image is available",
  },
});

import { builtIn, defineStep, system } from "../../build/types.ts";
import { createImage } from "../createImage/step.ts";
import { imageDescription, imageName, imageTimeoutSeconds } from "../evidence.ts";
import { validateRequiredInputs } from "../validateRequiredInputs/step.ts";

export const createEncryptedCopy = defineStep({
  name: "createEncryptedCopy",
  action: "aws:copyImage",
  description:
    "Creates encrypted Amazon Machine Image (AMI) of source EC2 instance backed by EBS volume.",
  timeoutSeconds: imageTimeoutSeconds,
  inputs: {
    SourceRegion: system.region,
    SourceImageId: builtIn(createImage, "ImageId"),
    ImageName: `${imageName}-encrypted`,
    ImageDescription: imageDescription,
    Encrypted: true,
    KmsKeyId: validateRequiredInputs.out.KmsKeyArn,
  },
  outputs: {},
  permissions: {
    "ec2:CopyImage": "make the encrypted copy",
    "ec2:DescribeImages": "wait until the copy is available",
    "kms:DescribeKey": "let EC2 resolve the key",
    "kms:CreateGrant": "let EC2 use the key for the copy's volumes",
    "kms:ReEncryptFrom": "let EC2 copy a volume that is encrypted already",
    "kms:ReEncryptTo": "let EC2 encrypt the copy",
    "kms:GenerateDataKeyWithoutPlaintext": "let EC2 encrypt the copy",
  },
});

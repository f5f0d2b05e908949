import { type Action, flag, optionalText, text } from "./action.ts";
import { available } from "./image.ts";

/** @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-copyimage.html */
export const copyImage: Action = {
  run: async (context) => {
    const { inputs } = context;
    const description = optionalText(inputs, "ImageDescription");
    const encrypted = flag(inputs, "Encrypted");
    const key = optionalText(inputs, "KmsKeyId");
    const token = optionalText(inputs, "ClientToken");
    const answer = await context.call("ec2", "CopyImage", {
      SourceRegion: text(inputs, "SourceRegion"),
      SourceImageId: text(inputs, "SourceImageId"),
      Name: text(inputs, "ImageName"),
      ...(description !== undefined && { Description: description }),
      ...(encrypted !== undefined && { Encrypted: encrypted }),
      ...(key !== undefined && { KmsKeyId: key }),
      ...(token !== undefined && { ClientToken: token }),
    });
    return available(context, answer);
  },
};

import { type Action, flag, optionalText, text } from "./action.ts";
import { available } from "./image.ts";

/** @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-create.html */
export const createImage: Action = {
  run: async (context) => {
    const { inputs } = context;
    const [description, noReboot] = [
      optionalText(inputs, "ImageDescription"),
      flag(inputs, "NoReboot"),
    ];
    const answer = await context.call("ec2", "CreateImage", {
      InstanceId: text(inputs, "InstanceId"),
      Name: text(inputs, "ImageName"),
      ...(description !== undefined && { Description: description }),
      ...(noReboot !== undefined && { NoReboot: noReboot }),
      ...(Array.isArray(inputs.BlockDeviceMappings) && {
        BlockDeviceMappings: inputs.BlockDeviceMappings,
      }),
    });
    return available(context, answer);
  },
};

import { select } from "../outputs.ts";
import { type Action, text } from "./action.ts";

/**
 * Deregisters an image and deletes its snapshots.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-delete.html
 */
export const deleteImage: Action = {
  run: async ({ inputs, call }) => {
    const ImageId = text(inputs, "ImageId");
    const images = await call("ec2", "DescribeImages", { ImageIds: [ImageId] });
    const found = select("$.Images[*].BlockDeviceMappings[*].Ebs.SnapshotId", images);
    await call("ec2", "DeregisterImage", { ImageId });
    for (const SnapshotId of Array.isArray(found) ? found : []) {
      await call("ec2", "DeleteSnapshot", { SnapshotId });
    }
    return { result: {} };
  },
};

import { StepFailure } from "../errors.ts";
import { type Action, optionalText } from "./action.ts";

/** @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-createtag.html */
export const createTags: Action = {
  timeoutSeconds: 600,
  notAfterCancel: true,
  run: async ({ inputs, call }) => {
    const { ResourceIds: ids, Tags: tags } = inputs;
    const type = optionalText(inputs, "ResourceType") ?? "EC2";
    if (!Array.isArray(ids) || !Array.isArray(tags)) {
      throw new StepFailure("The inputs ResourceIds and Tags must be lists.", {
        stage: "InputValidation",
        type: "Verification",
      });
    }
    if (type === "EC2") {
      await call("ec2", "CreateTags", { Resources: ids, Tags: tags });
    } else {
      for (const id of ids) {
        const resource = { ResourceType: type, ResourceId: id, Tags: tags };
        await call("ssm", "AddTagsToResource", resource);
      }
    }
    return { result: {} };
  },
};

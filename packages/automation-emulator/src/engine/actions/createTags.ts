import { wrongInput } from "../errors.ts";
import { type Action, mapList, optionalText, texts } from "./action.ts";

/** @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-createtag.html */
export const createTags: Action = {
  run: async ({ inputs, call }) => {
    const ids = texts(inputs, "ResourceIds");
    const tags = mapList(inputs, "Tags");
    const type = optionalText(inputs, "ResourceType") ?? "EC2";
    if (ids.length === 0 || tags.length === 0) {
      throw wrongInput("The inputs ResourceIds and Tags must not be empty.");
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

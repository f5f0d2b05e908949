/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2autoscaling.html */

import { partitionOf } from "automation-language/arn";
import type { DecodedCall } from "../decode.ts";
import { requestTags, resourceTags, tagMap } from "./context.ts";
import { type Facts, field } from "./facts.ts";
import type { Requirement, Requirements } from "./requirement.ts";

export const autoscaling: Requirements = async (call, facts) => {
  const { parameters, operation } = call;
  if (operation.startsWith("Describe")) {
    return [
      {
        action: `autoscaling:${operation}`,
        resource: "*",
        resourceAccount: call.accountId,
        context: {},
      },
    ];
  }
  if (operation === "CreateOrUpdateTags" || operation === "DeleteTags") {
    const tags = Array.isArray(parameters.Tags) ? parameters.Tags : [];
    const groups = new Set(tags.map((tag) => String(field(tag, "ResourceId") ?? "")));
    return Promise.all(
      [...groups].map((name) => {
        const own = tags.filter((tag) => field(tag, "ResourceId") === name);
        return onGroup(call, facts, name, requestTags(tagMap(own)));
      }),
    );
  }
  const name = parameters.AutoScalingGroupName;
  if (typeof name !== "string") return undefined;
  const { MinSize, MaxSize } = parameters;
  return [
    await onGroup(call, facts, name, {
      ...(operation === "UpdateAutoScalingGroup" &&
        MinSize !== undefined && { "autoscaling:MinSize": String(MinSize) }),
      ...(operation === "UpdateAutoScalingGroup" &&
        MaxSize !== undefined && { "autoscaling:MaxSize": String(MaxSize) }),
    }),
  ];
};

async function onGroup(
  call: DecodedCall,
  facts: Facts,
  name: string,
  context: Requirement["context"],
): Promise<Requirement> {
  const group = await facts.autoScalingGroup(call, name);
  const home = `arn:${partitionOf(call.region)}:autoscaling:${call.region}:${call.accountId}`;
  return {
    action: `autoscaling:${call.operation}`,
    // A group that is not there is refused by its name alone.
    resource: group?.arn ?? `${home}:autoScalingGroup:unknown:autoScalingGroupName/${name}`,
    resourceAccount: call.accountId,
    context: { ...context, ...resourceTags("autoscaling", group?.tags) },
  };
}

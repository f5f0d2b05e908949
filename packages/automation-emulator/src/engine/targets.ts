/**
 * The values that Targets stand for: values, a tag, a resource group, or all instances of the account and Region.
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/running-automations-map-targets.html
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/running-automations-scale.html
 */
import { callAs } from "./call.ts";
import { AwsError } from "./errors.ts";
import type { TargetLocation } from "./executions.ts";
import { type Input, maps, requiredString, strings } from "./input.ts";
import { select } from "./outputs.ts";
import { administrator, type Credentials, type Tools } from "./tools.ts";

/**
 * @returns the values in the order of the targets, each once
 * @throws AwsError InvalidTarget for a kind of target that the emulator does not know
 */
export async function resolveTargets(
  tools: Tools,
  where: TargetLocation,
  targets: readonly Input[],
): Promise<readonly string[]> {
  const found = await Promise.all(targets.map((target) => resolveTarget(tools, where, target)));
  return [...new Set(found.flat())];
}

async function resolveTarget(
  tools: Tools,
  where: TargetLocation,
  target: Input,
): Promise<string[]> {
  const key = requiredString(target, "Key");
  const values = strings(target.Values, "Values");
  if (key === "ParameterValues" || key === "InstanceIds") return values;
  if (key === "AWS::EC2::Instance" && values.includes("*")) return instances(tools, where, []);
  if (key === "tag-key") return instances(tools, where, [{ Name: "tag-key", Values: values }]);
  if (key.startsWith("tag:")) return instances(tools, where, [{ Name: key, Values: values }]);
  if (key === "ResourceGroup" || key === "resource-groups:Name") {
    const groups = await Promise.all(values.map((group) => ofGroup(tools, where, group)));
    return groups.flat();
  }
  throw new AwsError("InvalidTarget", `The emulator does not know targets of the key ${key}.`);
}

async function instances(
  tools: Tools,
  where: TargetLocation,
  filters: readonly object[],
): Promise<string[]> {
  const Filters = [
    ...filters,
    { Name: "instance-state-name", Values: ["pending", "running", "stopping", "stopped"] },
  ];
  const answer = await call(tools, where, "ec2", "DescribeInstances", { Filters });
  const ids = select("$.Reservations[*].Instances[*].InstanceId", answer);
  return Array.isArray(ids) ? ids.map(String) : [];
}

/** A group of tags; groups of CloudFormation stacks are not known here. */
async function ofGroup(tools: Tools, where: TargetLocation, group: string): Promise<string[]> {
  const answer = await call(tools, where, "resource-groups", "GetGroupQuery", { Group: group });
  const query = select("$.GroupQuery.ResourceQuery.Query", answer);
  const parsed: unknown = JSON.parse(String(query ?? "{}"));
  const tags = maps(select("$.TagFilters", parsed), "TagFilters");
  return instances(
    tools,
    where,
    tags.map((tag) => ({
      Name: `tag:${requiredString(tag, "Key")}`,
      Values: strings(tag.Values, "Values"),
    })),
  );
}

/**
 * Makes a call of Systems Manager's own, outside of any step.
 *
 * @throws AwsError InvalidTarget for an error of the call
 */
export async function call(
  tools: Tools,
  { accountId, region }: TargetLocation,
  service: string,
  operation: string,
  parameters: Record<string, unknown>,
  credentials: Credentials = administrator(accountId),
): Promise<unknown> {
  const by = { accountId, region, credentials };
  const answer = await callAs(tools, by, service, operation, parameters);
  if (answer.status === "success") return answer.payload;
  const why = answer.status === "error" ? answer.message : answer.status;
  throw new AwsError("InvalidTarget", `The targets were not found: ${why}`);
}

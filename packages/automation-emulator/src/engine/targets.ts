/**
 * The values that Targets stand for.
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/running-automations-map-targets.html
 */
import { clientEnvironment } from "../gateway/environment.ts";
import { AwsError } from "./errors.ts";
import type { Place } from "./executions.ts";
import { type Input, maps, requiredString, strings } from "./input.ts";
import { select } from "./outputs.ts";
import { administrator, type Credentials, type Tools } from "./tools.ts";

/**
 * @returns the values in the order of the targets, each once
 * @throws AwsError InvalidTarget for a kind of target that the emulator does not know
 */
export async function resolveTargets(
  tools: Tools,
  place: Place,
  targets: readonly Input[],
): Promise<readonly string[]> {
  const found = await Promise.all(targets.map((target) => resolveTarget(tools, place, target)));
  return [...new Set(found.flat())];
}

async function resolveTarget(tools: Tools, place: Place, target: Input): Promise<string[]> {
  const key = requiredString(target, "Key");
  const values = strings(target.Values, "Values");
  if (key === "ParameterValues" || key === "InstanceIds") return values;
  if (key === "tag-key") return instances(tools, place, [{ Name: "tag-key", Values: values }]);
  if (key.startsWith("tag:")) return instances(tools, place, [{ Name: key, Values: values }]);
  if (key === "ResourceGroup" || key === "resource-groups:Name") {
    const groups = await Promise.all(values.map((group) => ofGroup(tools, place, group)));
    return groups.flat();
  }
  throw new AwsError("InvalidTarget", `The emulator does not know targets of the key ${key}.`);
}

async function instances(
  tools: Tools,
  place: Place,
  filters: readonly object[],
): Promise<string[]> {
  const Filters = [
    ...filters,
    { Name: "instance-state-name", Values: ["pending", "running", "stopping", "stopped"] },
  ];
  const answer = await call(tools, place, "ec2", "DescribeInstances", { Filters });
  const ids = select("$.Reservations[*].Instances[*].InstanceId", answer);
  return Array.isArray(ids) ? ids.map(String) : [];
}

/** A group of tags; groups of CloudFormation stacks are not known here. */
async function ofGroup(tools: Tools, place: Place, group: string): Promise<string[]> {
  const answer = await call(tools, place, "resource-groups", "GetGroupQuery", { Group: group });
  const query = select("$.GroupQuery.ResourceQuery.Query", answer);
  const parsed: unknown = JSON.parse(String(query ?? "{}"));
  const tags = maps(select("$.TagFilters", parsed), "TagFilters");
  return instances(
    tools,
    place,
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
  { workers, endpoint }: Tools,
  { accountId, region }: Place,
  service: string,
  operation: string,
  parameters: Record<string, unknown>,
  credentials: Credentials = administrator(accountId),
): Promise<unknown> {
  const { result } = workers.run({
    kind: "api",
    service,
    operation,
    parameters,
    timeoutSeconds: 25,
    env: {
      ...clientEnvironment(endpoint, accountId, region),
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      AWS_SESSION_TOKEN: credentials.sessionToken,
    },
  });
  const answer = await result;
  if (answer.status === "success") return answer.payload;
  const why = answer.status === "error" ? answer.message : answer.status;
  throw new AwsError("InvalidTarget", `The targets were not found: ${why}`);
}

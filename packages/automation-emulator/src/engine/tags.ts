/** Tags of executions. */
import { AwsError } from "./errors.ts";
import type { Execution } from "./executions.ts";
import { type Input, maps, optionalString, requiredString, strings, validation } from "./input.ts";

/**
 * "When calling the StartAutomationExecution action, you can specify a maximum of 5 tags. You can, however, use the
 * AddTagsToResource action to add up to a total of 50 tags".
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_StartAutomationExecution.html
 */
const most = { atStart: 5, later: 50 };

/** The tags that an execution is started with. @throws AwsError ValidationException for too many */
export function tagsOf(value: unknown): Map<string, string> {
  const tags = tagsIn(value);
  if (tags.size <= most.atStart) return tags;
  throw validation(`An automation is started with ${most.atStart} tags at most, not ${tags.size}.`);
}

const tagsIn = (value: unknown): Map<string, string> =>
  new Map(
    maps(value, "Tags").map((tag) => [
      requiredString(tag, "Key"),
      optionalString(tag, "Value") ?? "",
    ]),
  );

/** @throws AwsError TooManyTagsError */
export function addTags({ tags }: Execution, input: Input): unknown {
  const added = tagsIn(input.Tags);
  if (new Set([...tags.keys(), ...added.keys()]).size > most.later) {
    throw new AwsError("TooManyTagsError", `An automation has ${most.later} tags at most.`);
  }
  for (const [key, value] of added) tags.set(key, value);
  return {};
}

export function removeTags({ tags }: Execution, input: Input): unknown {
  for (const key of strings(input.TagKeys, "TagKeys")) tags.delete(key);
  return {};
}

export const listTags = ({ tags }: Execution): unknown => ({
  TagList: [...tags].map(([Key, Value]) => ({ Key, Value })),
});

/** Tags of executions. */
import { AwsError } from "./errors.ts";
import type { Execution } from "./executions.ts";
import { type Input, maps, optionalString, requiredString, strings, validation } from "./input.ts";

/** "You can specify a maximum of five tags for an automation." */
const most = 5;

/** Reads the member Tags of a request. @throws AwsError ValidationException for too many */
export function tagsOf(value: unknown): Map<string, string> {
  const tags = maps(value, "Tags");
  if (tags.length > most) {
    throw validation(`An automation has ${most} tags at most, not ${tags.length}.`);
  }
  return new Map(
    tags.map((tag) => [requiredString(tag, "Key"), optionalString(tag, "Value") ?? ""]),
  );
}

/** @throws AwsError TooManyTagsError */
export function addTags({ tags }: Execution, input: Input): unknown {
  const added = tagsOf(input.Tags);
  if (new Set([...tags.keys(), ...added.keys()]).size > most) {
    throw new AwsError("TooManyTagsError", `An automation has ${most} tags at most.`);
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
